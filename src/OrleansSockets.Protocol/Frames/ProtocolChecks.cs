namespace OrleansSockets.Frames;

/// <summary>How strictly received frames are held to RFC 6455.</summary>
public enum ProtocolChecks : byte
{
    /// <summary>All that the RFC demands: masking, reserved bits, lengths, fragmentation, UTF-8, close codes.</summary>
    Strict,

    /// <summary>
    /// What Cloudflare's runtime checks, and no more: reserved bits, the order of fragments, opcodes, message size. Masked and unmasked
    /// frames are taken, close codes as they come, a Close payload of one byte counts as none, and what is not UTF-8 becomes U+FFFD
    /// where it is decoded to a string.
    /// </summary>
    Workers,
}
