namespace OrleansSockets.Frames;

/// <summary>The kinds of frames of RFC 6455 section 5.2. Values from 8 are control frames.</summary>
internal enum Opcode : byte
{
    /// <summary>A further fragment of the message under way.</summary>
    Continuation = 0x0,

    /// <summary>A message, or its first fragment, in UTF-8.</summary>
    Text = 0x1,

    /// <summary>A message, or its first fragment, of bytes.</summary>
    Binary = 0x2,

    /// <summary>The last frame of a direction.</summary>
    Close = 0x8,

    /// <summary>To be answered with a <see cref="Pong"/> of the same payload.</summary>
    Ping = 0x9,

    /// <summary>Answers a <see cref="Ping"/>, or comes unasked and means nothing.</summary>
    Pong = 0xA,
}
