namespace OrleansSockets.Frames;

/// <summary>
/// On which side of the connection the codec stands: frames of clients are masked, frames of servers are not (RFC 6455 section 5.1).
/// </summary>
internal enum FrameRole : byte
{
    /// <summary>Reads masked frames, writes unmasked ones.</summary>
    Server,

    /// <summary>Reads unmasked frames, writes masked ones.</summary>
    Client,
}
