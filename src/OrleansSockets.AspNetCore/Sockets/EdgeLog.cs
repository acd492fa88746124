using Microsoft.Extensions.Logging;

namespace OrleansSockets.AspNetCore.Sockets;

internal static partial class EdgeLog
{
    [LoggerMessage(1, LogLevel.Information, "Reset a socket: {Why}")]
    public static partial void SocketReset(ILogger logger, string why);

    [LoggerMessage(2, LogLevel.Information, "A client broke the protocol: {Code} {Text}")]
    public static partial void Violation(ILogger logger, int code, string text);

    [LoggerMessage(3, LogLevel.Information, "Draining {Sockets} sockets")]
    public static partial void Draining(ILogger logger, int sockets);

    [LoggerMessage(5, LogLevel.Warning, "A handshake for {Path} failed")]
    public static partial void HandshakeFailed(ILogger logger, Exception exception, string path);

    [LoggerMessage(4, LogLevel.Information, "Drained; {Reset} sockets had to be reset")]
    public static partial void Drained(ILogger logger, int reset);

    [LoggerMessage(6, LogLevel.Error, "A socket ended by a fault of the edge")]
    public static partial void SocketFailed(ILogger logger, Exception exception);

    [LoggerMessage(7, LogLevel.Warning, "The place of a client of {Path} that has left could not be given up")]
    public static partial void NotGivenUp(ILogger logger, Exception exception, string path);

    [LoggerMessage(8, LogLevel.Error, "What runs beside a socket of {Path} failed; the socket goes on")]
    public static partial void BesideFailed(ILogger logger, Exception exception, string path);

    [LoggerMessage(9, LogLevel.Information, "Refused a CONNECT: {Why}")]
    public static partial void ConnectRefused(ILogger logger, string why);
}
