namespace OrleansSockets;

/// <summary>
/// How long a listener stays. See https://developer.mozilla.org/docs/Web/API/EventTarget/addEventListener#options.
/// </summary>
public sealed record EventListenerOptions
{
    /// <summary>It is called once at most. Default: as often as there are events.</summary>
    public bool Once { get; init; }

    /// <summary>Takes it away. Default: nothing does.</summary>
    public CancellationToken Signal { get; init; }
}
