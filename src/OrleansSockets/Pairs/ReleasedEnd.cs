using OrleansSockets.Wire;

namespace OrleansSockets.Pairs;

/// <summary>A released end, until it is claimed or its time is over. Guarded by the pair's lock.</summary>
internal sealed class ReleasedEnd(DateTimeOffset deadline)
{
    private Guid? _claimer;
    private bool _expired;

    public Guid Secret { get; } = Guid.NewGuid();

    public DateTimeOffset Deadline { get; } = deadline;

    public ITimer? Timer { get; set; }

    public bool IsWaiting => _claimer is null && !_expired;

    /// <summary>The first claim wins; the same claimer may ask again, its first answer can be lost.</summary>
    public AttachOutcome Claim(Guid claimer)
    {
        if (_expired)
        {
            return AttachOutcome.Gone;
        }

        Timer?.Dispose();
        _claimer ??= claimer;
        return _claimer == claimer ? AttachOutcome.Attached : AttachOutcome.AlreadyClaimed;
    }

    /// <summary>False: it was claimed, or has expired before.</summary>
    public bool Expire()
    {
        var now = IsWaiting;
        _expired |= now;
        Timer?.Dispose();
        return now;
    }
}
