using OrleansSockets.Wire;

namespace OrleansSockets.Rendezvous;

/// <summary>
/// One name at its home: the pair that it stands for, and who holds its sides. A socket can outlive the pair's time under the name by a
/// moment (it still has to close): its side stays its own so long, also when the other side is an end of the next pair already.
/// </summary>
/// <param name="cooldown"><see cref="OrleansSocketsOptions.PairNameCooldown"/>.</param>
internal sealed class NamedPair(TimeSpan cooldown)
{
    private readonly NameHolder?[] _holders = new NameHolder?[2];
    private DateTimeOffset _restsUntil;
    private bool _isOver = true;

    // A holder's silo died, or the other side of one that had met has not been heard of: perhaps this pair has ended.
    private bool _isInDoubt;

    private TaskCompletionSource? _changed;

    /// <summary>The pair that the name stands for; null while the next joiner gets a new one.</summary>
    public PairId? Pair => _isOver ? null : Current;

    /// <summary>The newest view of the cluster that anything here was said under.</summary>
    public long Version { get; private set; }

    private PairId Current { get; set; }

    private SiloAddress? Placement { get; set; }

    public bool IsEmpty(DateTimeOffset now) => _holders[0] is null && _holders[1] is null && _restsUntil <= now;

    /// <summary>Ends with the next leave, or when the name goes elsewhere.</summary>
    public Task Changed => (_changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>
    /// A client wants a side. Null: wait for what is in the way, and ask again. A client that comes back at once may well overtake the end
    /// of its own old socket, so a side is said to be taken only to those who have waited.
    /// </summary>
    /// <param name="join">What it wants.</param>
    /// <param name="now">The time.</param>
    /// <param name="patient">Whether there is time to wait.</param>
    public NameReply? Join(NameJoin join, DateTimeOffset now, bool patient)
    {
        var other = _holders[1 - join.Side];
        if (_holders[join.Side] is { } holder)
        {
            return holder.Secret == join.Secret ? Joined(holder.Pair)
                : patient ? null
                : new NameReply(NameOutcome.Taken);
        }

        if (_restsUntil > now)
        {
            return new NameReply(NameOutcome.Gone, FreeIn: _restsUntil - now);
        }

        if (!_isOver && _isInDoubt && patient && other is not null)
        {
            return null;
        }

        if (_isOver || other?.Pair != Current)
        {
            Start(PairId.New(), join.Holder);
        }

        _isInDoubt = false;
        Hold(join.Side, join.Holder, join.Secret, Current, join.Version);
        return Joined(Current);
    }

    /// <summary>A socket ended. False: it held nothing here.</summary>
    public bool Leave(NameLeave leave, DateTimeOffset now)
    {
        if (_holders[leave.Side] is not { } holder || holder.Secret != leave.Secret)
        {
            return false;
        }

        _holders[leave.Side] = null;
        Pulse();
        if (holder.Pair != Current)
        {
            return true;
        }

        // Without anybody the pair is over, too: who comes next does not look for the state of a pair that nobody knows.
        _isOver |= leave.Ending != NameEnding.Unmet || _holders[1 - leave.Side]?.Pair != Current;
        if (leave.Ending == NameEnding.ByClient)
        {
            _restsUntil = now + cooldown;
        }

        return true;
    }

    /// <summary>An edge says that it holds a side. False: its socket waits for nobody.</summary>
    public bool Announce(NameHold hold, SiloAddress silo, long version)
    {
        Version = Math.Max(Version, version);
        if (_holders[hold.Side] is { } holder)
        {
            if (holder.Secret == hold.Secret)
            {
                Hold(hold.Side, silo, hold.Secret, holder.Pair, version);
                return !hold.Waits || (holder.Pair == Current && !_isOver);
            }

            return !hold.Waits;
        }

        if (_isOver && _holders[1 - hold.Side]?.Pair != hold.Pair)
        {
            Start(hold.Pair, hold.Placement);
            _isInDoubt = !hold.Waits;
        }

        Hold(hold.Side, silo, hold.Secret, hold.Pair, version);
        return !hold.Waits || (hold.Pair == Current && !_isOver);
    }

    /// <summary>Sockets are gone, nobody knows how.</summary>
    public void Forget(Predicate<NameHolder> isGone)
    {
        for (var side = 0; side < 2; side++)
        {
            if (_holders[side] is { } holder && isGone(holder))
            {
                _holders[side] = null;
                _isInDoubt |= holder.Pair == Current;
                _isOver |= _holders[1 - side]?.Pair != Current;
                Pulse();
            }
        }
    }

    /// <summary>Wakes those that wait.</summary>
    public void Pulse()
    {
        _changed?.TrySetResult();
        _changed = null;
    }

    private void Start(PairId pair, SiloAddress placement)
    {
        Current = pair;
        Placement = placement;
        _isOver = false;
        _isInDoubt = false;
    }

    private void Hold(int side, SiloAddress silo, Guid secret, PairId pair, long version)
    {
        _holders[side] = new NameHolder(silo, secret, pair, version);
        Version = Math.Max(Version, version);
    }

    private NameReply Joined(PairId pair) => new(NameOutcome.Joined, Pair: pair, Placement: Placement);
}
