using OrleansSockets.Streams;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Pairs;

public sealed class InStreamTests
{
    private const int Window = 64 * 1024;
    private const int MaxWindow = 256 * 1024;

    [Fact]
    public void Receive_InOrder_HandsItemsOver()
    {
        var stream = new InStream(Window);
        Assert.True(stream.Receive(Frames.Numbered(1, Frames.Message(3, fill: 7))));
        Assert.True(stream.Receive(Frames.Numbered(2, Frames.Close(4000))));

        var items = Frames.TakeAll(stream);
        Assert.Equal([PairFrameKind.Binary, PairFrameKind.Close], items.Select(item => item.Kind));
        Assert.Equal([7, 7, 7], items[0].Payload.ToArray());
        Assert.Equal(4000, items[1].Code);
    }

    [Fact]
    public void Receive_PingWithinAMessage_IsConsumedBeforeItAndAcknowledgedAtOnce()
    {
        var stream = new InStream(Window);
        stream.Open();
        stream.TakeCreditDue(MaxWindow);
        stream.Receive(Frames.Numbered(1, Frames.Message(2, fill: 1, last: false)));
        Assert.True(stream.Receive(Frames.Numbered(2, PairFrame.Ping())));
        stream.Receive(Frames.Numbered(3, Frames.Message(1, fill: 2, first: false)));

        Assert.True(stream.ConsumePings());
        Assert.Equal(2, stream.Consumed);
        Assert.True(stream.TakeCreditDue(MaxWindow));
        Assert.Equal([1, 1, 2], Assert.Single(Frames.TakeAll(stream)).Payload.ToArray());
    }

    [Fact]
    public void ConsumePings_BehindAMessage_WaitsForIt()
    {
        var stream = new InStream(Window);
        stream.Receive(Frames.Numbered(1, Frames.Message(1)));
        stream.Receive(Frames.Numbered(2, PairFrame.Ping()));

        Assert.False(stream.ConsumePings());
        Assert.True(stream.TryTake(out var message));
        stream.Consume(message);
        Assert.True(stream.ConsumePings());
    }

    [Fact]
    public void ReceivePong_BehindAClose_IsDropped()
    {
        var stream = new InStream(Window);
        Assert.True(stream.ReceivePong("p"u8.ToArray()));
        stream.Receive(Frames.Numbered(1, Frames.Close()));

        Assert.False(stream.ReceivePong("q"u8.ToArray()));
        Assert.Equal([PairFrameKind.Pong, PairFrameKind.Close], Frames.TakeAll(stream).Select(item => item.Kind));
    }

    [Fact]
    public void Receive_RepeatOrGap_IsDropped()
    {
        var stream = new InStream(Window);
        Assert.True(stream.Receive(Frames.Numbered(1, Frames.Message(1))));
        Assert.False(stream.Receive(Frames.Numbered(1, Frames.Message(1))));
        Assert.False(stream.Receive(Frames.Numbered(3, Frames.Message(1))));
        Assert.True(stream.Receive(Frames.Numbered(2, Frames.Message(1))));
        Assert.Equal(2, stream.Waiting);
    }

    [Fact]
    public void Receive_Chunks_BecomeOneMessage()
    {
        var stream = new InStream(Window);
        Assert.False(stream.Receive(Frames.Numbered(1, Frames.Message(2, fill: 1, last: false))));
        Assert.False(stream.Receive(Frames.Numbered(2, Frames.Message(2, fill: 2, first: false, last: false))));
        Assert.True(stream.Receive(Frames.Numbered(3, Frames.Message(1, fill: 3, first: false))));

        var item = Assert.Single(Frames.TakeAll(stream));
        Assert.Equal([1, 1, 2, 2, 3], item.Payload.ToArray());
        Assert.Equal(3, item.LastSequence);
    }

    [Fact]
    public void Receive_AbortWithinAMessage_DropsTheHalf()
    {
        var stream = new InStream(Window);
        stream.Receive(Frames.Numbered(1, Frames.Message(2, last: false)));
        Assert.True(stream.Receive(Frames.Numbered(2, PairFrame.Drop())));

        Assert.Equal(PairFrameKind.Abort, Assert.Single(Frames.TakeAll(stream)).Kind);
    }

    [Fact]
    public void Receive_AfterTheEnd_IsDropped()
    {
        var stream = new InStream(Window);
        stream.Receive(Frames.Numbered(1, Frames.Close()));
        Assert.False(stream.Receive(Frames.Numbered(2, Frames.Message(1))));
        Assert.False(stream.ReceiveLost());
        Assert.Single(Frames.TakeAll(stream));
    }

    [Fact]
    public void ReceiveLost_Open_EndsBehindWhatArrived()
    {
        var stream = new InStream(Window);
        stream.Receive(Frames.Numbered(1, Frames.Message(1)));
        Assert.True(stream.ReceiveLost());
        Assert.False(stream.Receive(Frames.Numbered(2, Frames.Message(1))));

        Assert.Equal([PairFrameKind.Binary, PairFrameKind.Abort], Frames.TakeAll(stream).Select(item => item.Kind));
    }

    [Fact]
    public void TakeCreditDue_LessThanHalfConsumed_Waits()
    {
        var stream = new InStream(Window);
        Consume(stream, 1, 16 * 1024);
        Assert.False(stream.TakeCreditDue(MaxWindow));
        Consume(stream, 2, 16 * 1024);
        Assert.True(stream.TakeCreditDue(MaxWindow));
        Assert.Equal(2, stream.Consumed);
        Assert.False(stream.TakeCreditDue(MaxWindow));
    }

    [Fact]
    public void Open_GrantsTheWindowAtOnce()
    {
        var stream = new InStream(Window);
        Assert.Equal(0, stream.Granted);
        Assert.False(stream.TakeCreditDue(MaxWindow));

        stream.Open();

        Assert.True(stream.TakeCreditDue(MaxWindow));
        Assert.Equal(Window, stream.Granted);
        Assert.False(stream.TakeCreditDue(MaxWindow));
    }

    [Fact]
    public void TakeCreditDue_ConsumerKeepsUp_WidensTheWindowToItsLimit()
    {
        var stream = new InStream(Window);
        for (var sequence = 1; sequence <= 40; sequence++)
        {
            Consume(stream, sequence, 16 * 1024);
            stream.TakeCreditDue(MaxWindow);
        }

        Assert.Equal(MaxWindow, stream.Window);
    }

    [Fact]
    public void TakeCreditDue_LimitBelowTheWindow_NarrowsIt()
    {
        var stream = new InStream(Window);
        Consume(stream, 1, 16 * 1024);
        Consume(stream, 2, 16 * 1024);
        Assert.True(stream.TakeCreditDue(PairBudget.MinWindow));
        Assert.Equal(PairBudget.MinWindow, stream.Window);
    }

    [Fact]
    public void TakeCreditDue_CloseConsumed_IsDueAtOnce()
    {
        var stream = new InStream(Window);
        stream.Receive(Frames.Numbered(1, Frames.Close()));
        stream.TryTake(out var item);
        Assert.False(stream.IsFinished);
        stream.Consume(item);
        Assert.True(stream.IsFinished);
        Assert.True(stream.TakeCreditDue(MaxWindow));
        Assert.Equal(1, stream.Consumed);
    }

    [Fact]
    public void Discard_Waiting_ConsumesUnread()
    {
        var stream = new InStream(Window);
        stream.Receive(Frames.Numbered(1, Frames.Message(1)));
        stream.Receive(Frames.Numbered(2, Frames.Message(1, last: false)));
        stream.Discard();

        Assert.True(stream.IsFinished);
        Assert.Equal(2, stream.Consumed);
        Assert.Equal(0, stream.HeldBytes);
        Assert.False(stream.Receive(Frames.Numbered(3, Frames.Message(1, first: false))));
        Assert.Equal(3, stream.Consumed);
        Assert.Empty(Frames.TakeAll(stream));
    }

    [Fact]
    public void Discard_WhileAnItemIsWithTheConsumer_LosesNoCount()
    {
        var stream = new InStream(Window);
        stream.Receive(Frames.Numbered(1, Frames.Message(1)));
        stream.TryTake(out var item);
        stream.Discard();
        stream.Consume(item);

        Assert.Equal(0, stream.Taken);
        Assert.Equal(0, stream.HeldBytes);
        Assert.Equal(1, stream.Consumed);
    }

    [Fact]
    public void TakeCreditDue_ChunksBeforeAConsumer_AreNotConsumed()
    {
        var stream = new InStream(Window);
        for (var sequence = 1; sequence <= 3; sequence++)
        {
            stream.Receive(Frames.Numbered(sequence, Frames.Message(16 * 1024, first: sequence == 1, last: false)));
        }

        Assert.False(stream.TakeCreditDue(MaxWindow));
        Assert.Equal(0, stream.Consumed);

        stream.Open();
        Assert.True(stream.TakeCreditDue(MaxWindow));
        Assert.Equal(3, stream.Consumed);
    }

    private static void Consume(InStream stream, long sequence, int length)
    {
        Assert.True(stream.Receive(Frames.Numbered(sequence, Frames.Message(length))));
        Assert.True(stream.TryTake(out var item));
        stream.Consume(item);
    }
}
