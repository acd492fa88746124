namespace OrleansSockets.Frames;

/// <summary>What <see cref="FrameDecoder"/> found.</summary>
internal enum FrameKind : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A message or a piece of one.</summary>
    MessagePart,

    /// <summary>A Ping, to be answered with its payload.</summary>
    Ping,

    /// <summary>A Pong.</summary>
    Pong,

    /// <summary>The peer's Close. Nothing follows.</summary>
    Close,

    /// <summary>The peer broke the protocol. Nothing follows.</summary>
    Violation,
}

/// <summary>
/// One result of <see cref="FrameDecoder.TryRead"/>. The payload lies in the input or in the decoder: it is valid until the input's
/// memory is used again or the decoder is called.
/// </summary>
internal readonly ref struct Frame
{
    internal Frame(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        Kind = kind;
        Payload = payload;
    }

    internal Frame(ReadOnlySpan<byte> payload, bool isText, bool isFirst, bool isFinal)
        : this(FrameKind.MessagePart, payload)
    {
        IsText = isText;
        IsFirst = isFirst;
        IsFinal = isFinal;
    }

    internal Frame(ReadOnlySpan<byte> payload, int? closeCode, string closeReason)
        : this(FrameKind.Close, payload)
    {
        CloseCode = closeCode;
        CloseReason = closeReason;
    }

    internal Frame(FrameViolation violation)
        : this(FrameKind.Violation, default) => Violation = violation;

    /// <summary>What was found; the other members have a value only where they fit it.</summary>
    public FrameKind Kind { get; }

    /// <summary>The unmasked payload: of a message part, Ping, Pong or Close.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Whether the message is text; of a message part.</summary>
    public bool IsText { get; }

    /// <summary>Whether the part begins its message.</summary>
    public bool IsFirst { get; }

    /// <summary>Whether the part ends its message.</summary>
    public bool IsFinal { get; }

    /// <summary>The code of a Close; null if its payload had none, which listeners see as 1005.</summary>
    public int? CloseCode { get; }

    /// <summary>The reason of a Close; "" if there was none.</summary>
    public string CloseReason { get; } = "";

    /// <summary>What the peer did wrong.</summary>
    public FrameViolation? Violation { get; }
}
