namespace OrleansSockets.Conformance.Format;

/// <summary>Steps run strictly one after the other.</summary>
/// <param name="Text">As written, for messages.</param>
internal abstract record Step(string Text);

internal sealed record SettleStep(string Text) : Step(Text);

/// <summary>Nothing is done for so long.</summary>
internal sealed record IdleStep(string Text, TimeSpan Time) : Step(Text);

/// <summary>Waits until the trace of an end or a client holds so many entries of a kind.</summary>
internal sealed record AwaitStep(string Text, string At, string Event, int Count) : Step(Text);

/// <summary>Calls in one turn of the owner of the end.</summary>
internal sealed record TurnStep(string Text, string At, IReadOnlyList<Call> Calls) : Step(Text);

internal abstract record ClientStep(string Text, string Client) : Step(Text);

internal sealed record ConnectStep(string Text, string Client) : ClientStep(Text, Client);

/// <summary>Whole frames in one write.</summary>
internal sealed record FramesStep(string Text, string Client, IReadOnlyList<FrameSpec> Frames) : ClientStep(Text, Client);

internal sealed record RawStep(string Text, string Client, byte[] Bytes) : ClientStep(Text, Client);

/// <summary>A text frame without its last bytes.</summary>
internal sealed record HalfFrameStep(string Text, string Client, FrameSpec Frame, int Missing) : ClientStep(Text, Client);

/// <summary>The client ends its side of TCP and reads on.</summary>
internal sealed record FinStep(string Text, string Client) : ClientStep(Text, Client);

internal sealed record ResetStep(string Text, string Client) : ClientStep(Text, Client);

internal sealed record FrameSpec(int Opcode, byte[] Payload, bool Fin = true, int Rsv = 0)
{
    public const int TextFrame = 1;
    public const int BinaryFrame = 2;
    public const int CloseFrame = 8;
    public const int PingFrame = 9;
    public const int PongFrame = 10;
}
