using Microsoft.Extensions.Logging;

namespace OrleansSockets.Hibernation;

/// <inheritdoc cref="IHibernationService"/>
[Reentrant]
internal sealed class HibernationService : GrainService, IHibernationService
{
    private readonly ParkedSessions _parked;

    public HibernationService(GrainId id, Silo silo, ILoggerFactory loggerFactory, ParkedSessions parked, ISiloStatusOracle membership)
        : base(id, silo, loggerFactory)
    {
        _parked = parked;
        membership.SubscribeToSiloStatusEvents(parked);
    }

    public Task<ParkedTransfer?> TakeAsync(GrainId session, Guid number, SiloAddress to) =>
        Task.FromResult(_parked.HandOver(session, number, to));

    public Task TakenAsync(Guid number)
    {
        _parked.Forget(number);
        return Task.CompletedTask;
    }
}
