using OrleansSockets.Streams;

namespace OrleansSockets.Tests.Pairs;

public sealed class FrameQueueTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Queue_RandomEnqueuesAndDrops_EqualsAList(int seed)
    {
        var random = new Random(seed);
        var queue = new FrameQueue();
        var model = new List<long>();
        for (var i = 0; i < 20_000; i++)
        {
            if (random.Next(100) < (i / 1000 % 2 == 0 ? 70 : 30))
            {
                queue.Enqueue(Frames.Numbered(i, Frames.Message(0)));
                model.Add(i);
            }
            else if (model.Count > 0)
            {
                queue.DropFirst();
                model.RemoveAt(0);
            }

            Assert.Equal(model.Count, queue.Count);
            if (model.Count > 0)
            {
                var index = random.Next(model.Count);
                Assert.Equal(model[index], queue[index].Sequence);
            }
        }
    }

    [Fact]
    public void Clear_Filled_IsEmptyAndUsable()
    {
        var queue = new FrameQueue();
        for (var i = 0; i < 10; i++)
        {
            queue.Enqueue(Frames.Message(1));
        }

        queue.Clear();
        Assert.Equal(0, queue.Count);

        queue.Enqueue(Frames.Numbered(7, Frames.Message(1)));
        Assert.Equal(7, queue[0].Sequence);
    }
}
