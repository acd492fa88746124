using OrleansSockets.Frames;

namespace OrleansSockets.AspNetCore.Sockets;

/// <summary>What one socket is held to; times of 0 are without limit.</summary>
internal sealed record SocketSettings(FrameRole Role, ProtocolChecks Checks, long MaxMessageSize)
{
    public TimeSpan SendTimeout { get; init; }

    public TimeSpan KeepAliveInterval { get; init; }

    public TimeSpan KeepAliveTimeout { get; init; }

    public TimeSpan CloseTimeout { get; init; }

    public static SocketSettings From(EdgeOptions options, FrameRole role, int deploymentMaxMessageSize) => new(
        role, options.ProtocolChecks, options.MaxMessageSize is 0 ? deploymentMaxMessageSize : options.MaxMessageSize)
    {
        SendTimeout = options.SendTimeout,
        KeepAliveInterval = options.KeepAliveInterval,
        KeepAliveTimeout = options.KeepAliveTimeout,
        CloseTimeout = options.CloseTimeout,
    };
}
