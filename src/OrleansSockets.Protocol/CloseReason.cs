using System.Text;

namespace OrleansSockets;

/// <summary>The text that goes with a close code.</summary>
public static class CloseReason
{
    /// <summary>
    /// The longest reason in bytes of UTF-8: a control frame holds 125 bytes, two of them the code (RFC 6455 section 5.5).
    /// </summary>
    public const int MaxBytes = 123;

    /// <summary>The reason reported with <see cref="CloseCode.Abnormal"/> when the peer vanished.</summary>
    public const string Disconnected = "WebSocket disconnected without sending Close frame.";

    /// <summary>
    /// Whether the reason fits into a Close frame. A lone surrogate counts as the three bytes of U+FFFD, which is what is sent.
    /// </summary>
    /// <param name="reason">The reason.</param>
    public static bool Fits(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        return reason.Length <= MaxBytes && Encoding.UTF8.GetByteCount(reason) <= MaxBytes;
    }
}
