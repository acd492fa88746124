using OrleansSockets.Pairs;

namespace OrleansSockets.Rendezvous;

/// <inheritdoc cref="IRendezvousGrain"/>
internal sealed class RendezvousGrain(PairHub hub) : Grain, IRendezvousGrain
{
    /// <summary>So long the name of an ended pair answers "gone", so that a client that comes late does not wait for a partner that has left.</summary>
    private static readonly TimeSpan Tombstone = TimeSpan.FromSeconds(60);

    private readonly Joiner?[] _joiners = new Joiner?[2];
    private PairId _pair;
    private SiloAddress? _placement;
    private DateTimeOffset? _endedAt;

    public Task<RendezvousReply> JoinAsync(int side, SiloAddress silo)
    {
        var now = hub.Clock.GetUtcNow();
        if (_endedAt is { } ended)
        {
            if (now - ended < Tombstone)
            {
                return Task.FromResult(new RendezvousReply(RendezvousOutcome.Gone));
            }

            Reset();
        }

        if (_joiners.Any(joiner => joiner is not null && hub.IsDead(joiner.Silo)))
        {
            // A host died with its client: that pair is over, whatever its other client still has to hear.
            Reset();
        }

        if (_joiners[side] is not null)
        {
            return Task.FromResult(new RendezvousReply(RendezvousOutcome.Taken));
        }

        if (_placement is null)
        {
            _pair = PairId.New();
            _placement = silo;
            DelayDeactivation(TimeSpan.MaxValue);
        }

        // A pair made here has no live object anywhere yet: the ticket names no home, and its secret proves nothing but that this grain gave it out once.
        var ticket = new EndTicket(_pair, side, Guid.NewGuid(), now + hub.Options.ClaimTimeout, home: null, _placement);
        _joiners[side] = new Joiner(silo, ticket.Secret);
        return Task.FromResult(new RendezvousReply(RendezvousOutcome.Joined, ticket));
    }

    public Task LeaveAsync(int side, EndTicket ticket)
    {
        if (_joiners[side] is { } joiner && joiner.Secret == ticket.Secret)
        {
            _endedAt ??= hub.Clock.GetUtcNow();
            DelayDeactivation(Tombstone);
        }

        return Task.CompletedTask;
    }

    public Task<PairId?> FindAsync() => Task.FromResult<PairId?>(_placement is null || _endedAt is not null ? null : _pair);

    private void Reset()
    {
        Array.Clear(_joiners);
        _placement = null;
        _endedAt = null;
    }

    private sealed record Joiner(SiloAddress Silo, Guid Secret);
}
