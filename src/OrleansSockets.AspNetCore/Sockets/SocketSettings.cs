using OrleansSockets.Frames;

namespace OrleansSockets.AspNetCore.Sockets;

/// <summary>What one socket is held to; times of 0 are without limit.</summary>
internal sealed record SocketSettings(FrameRole Role, ProtocolChecks Checks, long MaxMessageSize)
{
    public TimeSpan SendTimeout { get; init; }

    public TimeSpan KeepAliveInterval { get; init; }

    public TimeSpan KeepAliveTimeout { get; init; }

    public TimeSpan CloseTimeout { get; init; }

    public TimeSpan DrainTimeout { get; init; }

    /// <summary>
    /// After the client's direction has ended without a Close: so long a peer that does not take what was sent before may hold up the end.
    /// </summary>
    public TimeSpan AnswerTimeout => SendTimeout / 6;

    /// <summary>Whom the edge has closed may go on sending so long before the answer.</summary>
    public TimeSpan TrailingTimeout => CloseTimeout / 10;

    /// <summary>When the edge closes, a peer that takes nothing for so long does not get what the client still sends.</summary>
    public TimeSpan RoomTimeout => DrainTimeout / 20;

    public static SocketSettings From(EdgeOptions options, FrameRole role, int deploymentMaxMessageSize) => new(
        role, options.ProtocolChecks, options.MaxMessageSize is 0 ? deploymentMaxMessageSize : options.MaxMessageSize)
    {
        SendTimeout = options.SendTimeout,
        KeepAliveInterval = options.KeepAliveInterval,
        KeepAliveTimeout = options.KeepAliveTimeout,
        CloseTimeout = options.CloseTimeout,
        DrainTimeout = options.DrainTimeout,
    };
}
