namespace OrleansSockets.Wire;

/// <summary>A frame that its sender still keeps, on its way to the end's next host.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.FrameTransfer")]
internal readonly record struct FrameTransfer(
    [property: Id(0)] long Sequence,
    [property: Id(1)] byte Kind,
    [property: Id(2)] bool First,
    [property: Id(3)] bool Last,
    [property: Id(4)] int Code,
    [property: Id(5)] byte[] Payload)
{
    public static FrameTransfer Of(in PairFrame frame) =>
        new(frame.Sequence, (byte)frame.Kind, frame.First, frame.Last, frame.Code, frame.Payload.ToArray());

    public PairFrame ToFrame() => new(Sequence, (PairFrameKind)Kind, First, Last, Code, Payload);
}
