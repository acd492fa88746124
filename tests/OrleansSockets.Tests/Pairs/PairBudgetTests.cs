using System.Runtime.CompilerServices;
using OrleansSockets.Streams;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Pairs;

public sealed class PairBudgetTests
{
    private const int Window = 64 * 1024;
    private const int Mebibyte = 1024 * 1024;

    private readonly PairBudget _budget = new(new OrleansSocketsOptions { MaxBufferedBytes = Mebibyte });

    [Fact]
    public void InStream_WhatWaits_IsCountedInStepsAndGivenBack()
    {
        var stream = new InStream(Window, _budget);
        for (var i = 1; i <= 200; i++)
        {
            stream.Receive(Frames.Numbered(i, Frames.Message(1000)));
            Assert.InRange(stream.HeldBytes - _budget.HeldBytes, 0, BufferAccount.Step);
        }

        foreach (var item in Frames.TakeAll(stream))
        {
            stream.Consume(item);
        }

        Assert.Equal(0, _budget.HeldBytes);
    }

    [Fact]
    public void OutStream_WhatIsNotConsumed_IsCountedAlsoUnderWay()
    {
        var stream = new OutStream(Window, _budget);
        stream.ReceiverAttached(0, 16 * Mebibyte);
        for (var i = 0; i < 20; i++)
        {
            stream.Enqueue(Frames.Message(10_000));
        }

        Frames.TakeAll(stream);
        Assert.Equal(0, stream.QueuedBytes);
        Assert.InRange(_budget.HeldBytes, 200_000 - BufferAccount.Step, 210_000);

        stream.Acknowledge(20, Window);
        Assert.Equal(0, _budget.HeldBytes);
    }

    [Fact]
    public void HasBudgetFor_BudgetMetByOthers_OnlyWhatNeedsNone()
    {
        var stream = new OutStream(Window, _budget);
        _budget.Add(Mebibyte);
        Assert.True(stream.HasBudgetFor(10_000));
        stream.Enqueue(Frames.Message(60_000));
        Assert.False(stream.HasBudgetFor(10_000));
        _budget.Add(-1);
        Assert.True(stream.HasBudgetFor(10_000));
    }

    [Fact]
    public void CountedPayload_InManyQueues_CountsOnceUntilTheLastIsDone()
    {
        var payload = CountedPayload.TryHold(_budget, new byte[100_000])!;
        OutStream[] streams = [.. Enumerable.Range(0, 50).Select(_ => new OutStream(Window, _budget))];
        var receiver = new InStream(Window, _budget);
        foreach (var stream in streams)
        {
            stream.Enqueue(new PairFrame(0, PairFrameKind.Binary, true, false, 0, payload.Memory[..16_000]));
            stream.Enqueue(new PairFrame(0, PairFrameKind.Binary, false, true, 0, payload.Memory[16_000..]));
        }

        payload.Release();
        Assert.Equal(100_000, _budget.HeldBytes);

        // The receiver on the same silo has the sender's own bytes, and counts none.
        streams[0].ReceiverAttached(0, Mebibyte);
        foreach (var frame in Frames.TakeAll(streams[0]))
        {
            receiver.Receive(frame);
        }

        foreach (var stream in streams)
        {
            stream.Discard();
        }

        Assert.Equal(100_000, _budget.HeldBytes);
        var item = Assert.Single(Frames.TakeAll(receiver));
        Assert.Same(payload, CountedPayload.Of(item.Payload));
        receiver.Consume(item);
        Assert.Equal(0, _budget.HeldBytes);
    }

    [Fact]
    public void CountedPayload_ReceiverStopsWithAnItemTaken_IsGivenBackOnce()
    {
        var stream = new InStream(Window, _budget);
        var payload = CountedPayload.TryHold(_budget, new byte[100_000])!;
        stream.Receive(new PairFrame(1, PairFrameKind.Binary, true, true, 0, payload.Memory));
        payload.Release();
        Assert.True(stream.TryTake(out var item));
        stream.Discard();
        Assert.Equal(0, _budget.HeldBytes);
        stream.Consume(item);
        Assert.Equal(0, _budget.HeldBytes);
    }

    [Fact]
    public void CountedPayload_HeldAndReleasedByManyAtOnce_CountsOnceWhileAnyHoldsIt()
    {
        // A handler sends again what was released, while ends of other contexts do, and their pairs acknowledge it: each last release meets
        // a first hold.
        const int Length = 1000;
        var payload = CountedPayload.TryHold(_budget, new byte[Length])!;
        payload.Release();
        Parallel.For(0, 200_000, i =>
        {
            if (i % 3 == 0)
            {
                payload.Hold();
            }
            else
            {
                Assert.Same(payload, CountedPayload.TryHold(_budget, payload.Memory));
            }

            Assert.Equal(Length, _budget.HeldBytes);
            payload.Release();
        });

        Assert.Equal(0, _budget.HeldBytes);
    }

    [Fact]
    public void TryHold_NoRoom_IsRefusedAndOneLargerThanAllPassesAlone()
    {
        var whole = CountedPayload.TryHold(_budget, new byte[2 * Mebibyte])!;
        Assert.Null(CountedPayload.TryHold(_budget, new byte[1]));
        whole.Release();
        var half = CountedPayload.TryHold(_budget, new byte[Mebibyte / 2])!;
        Assert.Null(CountedPayload.TryHold(_budget, new byte[(Mebibyte / 2) + 1]));
        Assert.NotNull(CountedPayload.TryHold(_budget, new byte[Mebibyte / 2]));
        Assert.Same(half, CountedPayload.TryHold(_budget, half.Memory));
        Assert.Equal(Mebibyte, _budget.HeldBytes);
    }

    [Fact]
    public void TryHold_AgainAfterTheLastRelease_NeedsRoomAgain()
    {
        var payload = CountedPayload.TryHold(_budget, new byte[1000])!;
        payload.Release();
        _budget.Add(Mebibyte);
        Assert.Null(CountedPayload.TryHold(_budget, payload.Memory));
        _budget.Add(-Mebibyte);
        Assert.Same(payload, CountedPayload.TryHold(_budget, payload.Memory));
        Assert.Equal(1000, _budget.HeldBytes);
    }

    [Fact]
    public void Window_BudgetMet_IsAsNarrowAsItMayBe()
    {
        Assert.Equal(new OrleansSocketsOptions().MaxWindow, _budget.Window);
        _budget.Add(Mebibyte);
        Assert.Equal(PairBudget.MinWindow, _budget.Window);
    }

    [Fact]
    public void WaitForRoom_SomethingIsGivenBack_Ends()
    {
        _budget.Add(Mebibyte);
        var room = _budget.WaitForRoom();
        _budget.Add(1);
        Assert.False(room.IsCompleted);
        _budget.Add(-1);
        Assert.True(room.IsCompleted);
    }

    [Fact]
    public void Unfinished_BudgetMet_GetsNoCreditUntilThereIsRoom()
    {
        var stream = new InStream(Window, _budget);
        stream.Open();
        for (var i = 1; i <= 5; i++)
        {
            stream.Receive(Frames.Numbered(i, Frames.Message(16_000, first: i == 1, last: false)));
        }

        Assert.Equal(5, stream.Consumed);
        _budget.Add(Mebibyte);
        stream.Receive(Frames.Numbered(6, Frames.Message(16_000, first: false, last: false)));
        Assert.Equal(5, stream.Consumed);
        Assert.False(stream.AwaitsSender);

        _budget.Add(-Mebibyte);
        stream.CreditUnfinished();
        Assert.Equal(6, stream.Consumed);
        Assert.True(stream.AwaitsSender);
    }

    [Fact]
    public void Unfinished_FragmentsOfAllSizes_AreJoinedInOrder()
    {
        var stream = new InStream(Window, _budget);
        List<byte> expected = [];
        for (var i = 1; i <= 600; i++)
        {
            var frame = Frames.Message(i % 7 == 0 ? 1024 + i : i % 5, (byte)i, first: i == 1, last: i == 600);
            expected.AddRange(frame.Payload.Span);
            stream.Receive(Frames.Numbered(i, frame));
        }

        Assert.Equal(expected, Assert.Single(Frames.TakeAll(stream)).Payload.ToArray());
    }

    [Fact]
    public void Unfinished_AMillionFragmentsOfOneByte_TakesLittleMoreThanTheirBytes()
    {
        var stream = new InStream(16 * Mebibyte);
        var chunk = new byte[1];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1; i <= Mebibyte; i++)
        {
            stream.Receive(new PairFrame(i, PairFrameKind.Binary, i == 1, false, 0, chunk));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, Mebibyte, Mebibyte * 5 / 4);
    }

    [Fact]
    public void Streams_ForgottenWithAllTheyHold_AreGivenBack()
    {
        Forget();
        Assert.InRange(_budget.HeldBytes, 500_000, Mebibyte);
        for (var i = 0; i < 10 && _budget.HeldBytes > 0; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(0, _budget.HeldBytes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Forget()
    {
        var stream = new OutStream(Window, _budget);
        stream.Enqueue(new PairFrame(0, PairFrameKind.Binary, true, true, 0, CountedPayload.TryHold(_budget, new byte[300_000])!.Memory));
        stream.Enqueue(Frames.Message(300_000));
    }
}
