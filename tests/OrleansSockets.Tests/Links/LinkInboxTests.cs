using System.Net;
using OrleansSockets.Links;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Links;

public sealed class LinkInboxTests
{
    private static readonly SiloAddress From = SiloAddress.New(IPAddress.Loopback, 1, 1);

    private readonly List<int> _delivered = [];
    private readonly LinkInbox _inbox;

    public LinkInboxTests() => _inbox = new LinkInbox(batch => _delivered.Add(batch.Frames.Span[0]));

    [Theory]
    [InlineData(new[] { 1, 2, 3 }, new[] { 1, 2, 3 })]
    [InlineData(new[] { 2, 1, 3 }, new[] { 1, 2, 3 })]
    [InlineData(new[] { 3, 2 }, new int[0])]
    [InlineData(new[] { 1, 1, 2, 1, 2 }, new[] { 1, 2 })]
    [InlineData(new[] { 2, 2, 1, 2 }, new[] { 1, 2 })]
    public void Receive_AnyOrder_DeliversOnceAndInOrder(int[] arrivals, int[] expected)
    {
        foreach (var number in arrivals)
        {
            Receive(number);
        }

        Assert.Equal(expected, _delivered);
    }

    [Fact]
    public void Receive_FromManyThreads_KeepsTheOrder()
    {
        Parallel.ForEach(Enumerable.Range(1, 200).OrderBy(i => i * 7919 % 200), Receive);
        Assert.Equal(Enumerable.Range(1, 200), _delivered);
    }

    private void Receive(int number) => _inbox.Receive(new LinkBatch(From, number, new[] { (byte)number }, WireRange.Unframed));
}
