namespace OrleansSockets.Frames;

/// <summary>
/// Why a peer's frames cannot be read on: to be answered with a Close frame of this code and text, and the end of the connection.
/// </summary>
/// <param name="Code">1002 protocol error, 1007 text that is not UTF-8, or 1009 message too large.</param>
/// <param name="Text">What was wrong, fit for a close reason.</param>
internal sealed record FrameViolation(int Code, string Text)
{
    /// <summary>The kind of the error event at the other end.</summary>
    public WebSocketPairErrorKind Kind =>
        Code == CloseCode.MessageTooBig ? WebSocketPairErrorKind.MessageTooLarge : WebSocketPairErrorKind.ProtocolError;

    /// <inheritdoc/>
    public override string ToString() => $"{Code} {Text}";
}
