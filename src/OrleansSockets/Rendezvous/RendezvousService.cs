using Microsoft.Extensions.Logging;
using OrleansSockets.Wire;

namespace OrleansSockets.Rendezvous;

/// <inheritdoc cref="IRendezvousService"/>
[Reentrant]
internal sealed class RendezvousService(GrainId id, Silo silo, ILoggerFactory loggerFactory, HeldNames names)
    : GrainService(id, silo, loggerFactory), IRendezvousService
{
    public Task<NameReply> JoinAsync(NameJoin join) => names.AnswerAsync(join);

    public Task LeaveAsync(NameLeave[] leaves)
    {
        names.Table.Leave(leaves);
        return Task.CompletedTask;
    }

    public Task<NameAnswer> AnnounceAsync(NameAnnouncement announcement) => Task.FromResult(names.Table.Announce(announcement));

    public Task<PairId?> FindAsync(string name) => Task.FromResult(names.Table.Find(name)?.Pair);
}
