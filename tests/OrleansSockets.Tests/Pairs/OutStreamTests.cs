using OrleansSockets.Streams;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Pairs;

public sealed class OutStreamTests
{
    private const int Window = 64 * 1024;

    [Fact]
    public void TryNext_NoReceiver_SendsNothing()
    {
        var stream = new OutStream(Window);
        stream.Enqueue(Frames.Message(10));

        Assert.False(stream.TryNext(out _));
        Assert.False(stream.CanSend);
        Assert.Equal(10, stream.QueuedBytes);
    }

    [Fact]
    public void TryNext_ReceiverAttached_NumbersFramesFromOne()
    {
        var stream = new OutStream(Window);
        stream.Enqueue(Frames.Message(10));
        stream.Enqueue(Frames.Message(20));
        stream.ReceiverAttached(0, Window);

        Assert.Equal([1L, 2L], Frames.TakeAll(stream).Select(frame => frame.Sequence));
        Assert.Equal(0, stream.QueuedBytes);
    }

    [Fact]
    public void Acknowledge_WithoutAWindow_SaysThatNobodyListensAndKeepsTheWindow()
    {
        var stream = new OutStream(Window);
        stream.ReceiverAttached(0, 0);
        stream.Enqueue(Frames.Message(10));
        stream.Enqueue(Frames.Message(20));

        Assert.False(stream.ReceiverListens);
        Assert.Equal(2, Frames.TakeAll(stream).Count);
        stream.Acknowledge(2, Window);
        Assert.True(stream.ReceiverListens);
    }

    [Fact]
    public void TryNext_WindowFull_WaitsForCredit()
    {
        var stream = new OutStream(Window);
        stream.ReceiverAttached(0, Window);
        for (var i = 0; i < 10; i++)
        {
            stream.Enqueue(Frames.Message(16 * 1024));
        }

        Assert.Equal([1L, 2L, 3L], Frames.TakeAll(stream).Select(frame => frame.Sequence));
        Assert.False(stream.CanSend);

        stream.Acknowledge(1, Window);
        Assert.True(stream.CanSend);
        Assert.Equal([4L], Frames.TakeAll(stream).Select(frame => frame.Sequence));
    }

    [Fact]
    public void TryNext_FrameLargerThanTheWindow_GoesAlone()
    {
        var stream = new OutStream(Window);
        stream.ReceiverAttached(0, 100);
        stream.Enqueue(Frames.Message(1000));
        stream.Enqueue(Frames.Message(1000));

        Assert.Single(Frames.TakeAll(stream));
        stream.Acknowledge(1, 100);
        Assert.Single(Frames.TakeAll(stream));
    }

    [Fact]
    public void TryNext_CloseAtZeroCredit_Goes()
    {
        var stream = new OutStream(Window);
        stream.ReceiverAttached(0, 100);
        stream.Enqueue(Frames.Message(200));
        stream.Enqueue(Frames.Close());

        Assert.Equal([PairFrameKind.Binary, PairFrameKind.Close], Frames.TakeAll(stream).Select(frame => frame.Kind));
    }

    [Fact]
    public void Enqueue_AfterClose_IsIgnored()
    {
        var stream = new OutStream(Window);
        stream.ReceiverAttached(0, Window);
        stream.Enqueue(Frames.Close());
        stream.Enqueue(Frames.Message(1));
        stream.Enqueue(PairFrame.Drop());

        Assert.Single(Frames.TakeAll(stream));
        Assert.True(stream.HasEnded);
        Assert.False(stream.EndedByAbort);
    }

    [Fact]
    public void ReceiverAttached_Again_SendsAgainWhatWasNotConsumed()
    {
        var stream = new OutStream(Window);
        stream.ReceiverAttached(0, Window);
        for (var i = 0; i < 5; i++)
        {
            stream.Enqueue(Frames.Message(100));
        }

        Frames.TakeAll(stream);
        stream.ReceiverDetached();
        stream.Enqueue(Frames.Message(100));
        Assert.False(stream.TryNext(out _));

        stream.ReceiverAttached(2, Window);
        Assert.Equal([3L, 4L, 5L, 6L], Frames.TakeAll(stream).Select(frame => frame.Sequence));
        Assert.Equal(0, stream.QueuedBytes);
    }

    [Fact]
    public void Acknowledge_NumbersThatAreRewound_AreNotSentAgain()
    {
        var stream = new OutStream(Window);
        stream.ReceiverAttached(0, Window);
        for (var i = 0; i < 4; i++)
        {
            stream.Enqueue(Frames.Message(100));
        }

        Frames.TakeAll(stream);
        stream.ReceiverAttached(0, Window);
        stream.Acknowledge(3, Window);

        Assert.Equal([4L], Frames.TakeAll(stream).Select(frame => frame.Sequence));
        Assert.Equal(0, stream.QueuedBytes);
    }

    [Fact]
    public void Acknowledge_OlderNumber_ChangesNothing()
    {
        var stream = new OutStream(Window);
        stream.ReceiverAttached(0, 200);
        for (var i = 0; i < 4; i++)
        {
            stream.Enqueue(Frames.Message(100));
        }

        Frames.TakeAll(stream);
        stream.Acknowledge(1, 200);
        Frames.TakeAll(stream);
        stream.Acknowledge(0, 200);

        Assert.False(stream.CanSend);
    }

    [Fact]
    public void Acknowledge_TheClose_FinishesTheStream()
    {
        var stream = new OutStream(Window);
        stream.ReceiverAttached(0, Window);
        stream.Enqueue(Frames.Message(1));
        stream.Enqueue(Frames.Close());
        Frames.TakeAll(stream);

        stream.Acknowledge(1, Window);
        Assert.False(stream.IsFinished);
        stream.Acknowledge(2, Window);
        Assert.True(stream.IsFinished);
    }

    [Fact]
    public void Acknowledge_OfAPing_GivesItsPayloadBack()
    {
        var stream = new OutStream(Window);
        stream.ReceiverAttached(0, Window);
        stream.Enqueue(Frames.Message(1));
        stream.EnqueuePing("p"u8.ToArray());
        Assert.Equal([PairFrameKind.Binary, PairFrameKind.Ping], Frames.TakeAll(stream).Select(frame => frame.Kind));

        stream.Acknowledge(1, Window);
        Assert.False(stream.TryTakePong(out _));
        stream.Acknowledge(2, Window);
        Assert.True(stream.TryTakePong(out var payload));
        Assert.Equal("p"u8.ToArray(), payload.ToArray());
        Assert.False(stream.TryTakePong(out _));
    }

    [Fact]
    public void EnqueuePing_ManyInARow_KeepsTheFirstAndTheLast()
    {
        var stream = new OutStream(Window);
        stream.ReceiverAttached(0, Window);
        for (byte i = 1; i <= 9; i++)
        {
            stream.EnqueuePing(new[] { i });
        }

        Assert.Equal(2, Frames.TakeAll(stream).Count);
        stream.Acknowledge(2, Window);
        Assert.True(stream.TryTakePong(out var first) && stream.TryTakePong(out var last) && first.Span[0] == 1 && last.Span[0] == 9);
        Assert.False(stream.TryTakePong(out _));
    }

    [Fact]
    public void Discard_Queued_FinishesAndHoldsNothing()
    {
        var stream = new OutStream(Window);
        stream.Enqueue(Frames.Message(1000));
        stream.Discard();

        Assert.True(stream.IsFinished);
        Assert.Equal(0, stream.QueuedBytes);

        stream.Enqueue(Frames.Message(1000));
        Assert.Equal(0, stream.QueuedBytes);
    }
}
