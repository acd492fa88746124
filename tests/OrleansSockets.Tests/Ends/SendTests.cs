using System.Globalization;
using OrleansSockets.Testing;

namespace OrleansSockets.Tests.Ends;

[Collection(OneSilo.Collection)]
public sealed class SendTests(OneSilo one)
{
    private const int Mebibyte = 1024 * 1024;

    public static TheoryData<object?, string> Coercions() => new()
    {
        { 42, "42" },
        { 1.5, "1.5" },
        { true, "true" },
        { null, "null" },
        { "as it is", "as it is" },
    };

    [Theory]
    [MemberData(nameof(Coercions))]
    public async Task Send_AnyValue_ArrivesAsTheTextOfIt(object? value, string expected)
    {
        var (client, server) = await one.AcceptedPairAsync();
        var log = new EventLog(server);
        client.Send(value);
        Assert.Equal([$"message {expected}"], await log.WaitForAsync(1));
    }

    [Fact]
    public async Task Send_Bytes_AreCopiedAtTheCall()
    {
        var (client, server) = await one.AcceptedPairAsync();
        List<WebSocketMessage> received = [];
        server.OnMessage(e => received.Add(e.Data));
        byte[] bytes = [1, 2, 3];
        client.Send(bytes);
        bytes[0] = 9;
        client.Send(ReadOnlySpan<byte>.Empty);
        client.Send("");
        await one.IdleAsync();
        Assert.Equal([1, 2, 3], received[0].Bytes.ToArray());
        Assert.False(received[0].IsText);
        Assert.Equal((false, 0), (received[1].IsText, received[1].Bytes.Length));
        Assert.Equal((true, 0), (received[2].IsText, received[2].Bytes.Length));
    }

    [Theory]
    [InlineData("a\uD800b", "a\uFFFD\uFFFD\uFFFDb")]
    [InlineData("\uDC00", "\uFFFD\uFFFD\uFFFD")]
    [InlineData("\uD83D\uDE00", "\uD83D\uDE00")]
    [InlineData("\uDE00\uD83D", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD")]
    public async Task Send_LoneSurrogate_ArrivesAsThreeReplacementCharacters(string sent, string expected)
    {
        var (client, server) = await one.AcceptedPairAsync();
        var log = new EventLog(server);
        client.Send(sent);
        Assert.Equal([$"message {expected}"], await log.WaitForAsync(1));
    }

    [Fact]
    public async Task Close_LoneSurrogateInTheReason_ArrivesAsOneReplacementCharacter()
    {
        var (client, server) = await one.AcceptedPairAsync();
        var log = new EventLog(server);
        client.Close(4000, "a\uD800b");
        Assert.Equal(["close 4000 'a\uFFFDb' clean in Closed"], await log.WaitForAsync(1));
    }

    [Fact]
    public async Task Send_NeverAcceptedEnd_IsRefused()
    {
        await one.Silo.RunAsync(_ =>
        {
            var (client, _) = new WebSocketPair();
            Refused(WebSocketPairErrorKind.NotAccepted, () => client.Send("x"));
            Refused(WebSocketPairErrorKind.NotAccepted, () => client.Close());
            Refused(WebSocketPairErrorKind.InvalidCode, () => client.Close(1005));
        });
    }

    [Fact]
    public async Task Send_AfterClose_IsRefused()
    {
        var (client, _) = await one.AcceptedPairAsync();
        client.Close(1000);
        Refused(WebSocketPairErrorKind.SendAfterClose, () => client.Send("x"));
    }

    [Fact]
    public async Task Send_MessageAboveTheLimit_IsRefusedAndTheLimitItselfPasses()
    {
        var (client, server) = await one.AcceptedPairAsync();
        var lengths = new List<int>();
        server.OnMessage(e => lengths.Add(e.Data.Bytes.Length));
        var limit = 32 * Mebibyte;
        client.Send(new byte[limit]);
        var refused = Refused(WebSocketPairErrorKind.MessageTooLarge, () => client.Send(new byte[limit + 1]));
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"Message is too large: {limit + 1} > {limit}"), refused.Message);
        await one.IdleAsync();
        Assert.Equal([limit], lengths);
    }

    [Fact]
    public async Task Send_SeveralLargeMessagesInOneHandler_AllArriveByDefault()
    {
        await using var cluster = await PairTestCluster.StartAsync(1);
        WebSocketPair? pair = null;
        await cluster.Silos[0].RunAsync(_ =>
        {
            pair = new WebSocketPair();
            pair.Server.Accept();
            for (var i = 0; i < 10; i++)
            {
                pair.Server.Send(new byte[4 * Mebibyte]);
            }
        });
        var lengths = new List<int>();
        pair!.Client.OnMessage(e => lengths.Add(e.Data.Bytes.Length));
        pair.Client.Accept();
        await cluster.WaitForIdleAsync();
        Assert.Equal(Enumerable.Repeat(4 * Mebibyte, 10), lengths);
    }

    [Fact]
    public async Task Send_BufferAboveItsLimit_IsRefusedUntilThePeerReads()
    {
        WebSocketPair? pair = null;
        await one.Silo.RunAsync(_ =>
        {
            pair = new WebSocketPair();
            pair.Server.Accept();

            // One message of any size is taken while the queue is below the limit.
            pair.Server.Send(new byte[2 * Mebibyte]);
            Refused(WebSocketPairErrorKind.BufferFull, () => pair.Server.Send("one more"));
        });
        Assert.InRange(pair!.Server.BufferedAmount, Mebibyte, 2 * Mebibyte);

        var log = new EventLog(pair.Client);
        pair.Client.Accept();
        await log.WaitForAsync(1);
        Assert.Equal(0, pair.Server.BufferedAmount);
        pair.Server.Send("now");
        Assert.Equal("message now", (await log.WaitForAsync(2))[1]);
    }

    [Fact]
    public async Task SendAsync_BufferFull_WaitsForRoomAndKeepsTheOrder()
    {
        WebSocketPair? pair = null;
        List<Task> sends = [];
        await one.Silo.RunAsync(_ =>
        {
            pair = new WebSocketPair();
            pair.Server.Accept();
            for (var i = 0; i < 40; i++)
            {
                var message = new byte[100_000];
                message[0] = (byte)i;
                sends.Add(pair.Server.SendAsync(message));
            }
        });
        Assert.Contains(sends, send => !send.IsCompleted);

        List<byte> order = [];
        pair!.Client.OnMessage(e => order.Add(e.Data.Bytes.Span[0]));
        pair.Client.Accept();
        await Task.WhenAll(sends);
        await one.IdleAsync();
        Assert.Equal(Enumerable.Range(0, 40).Select(i => (byte)i), order);
    }

    [Fact]
    public async Task SendAsync_FromManyThreads_SendsAll()
    {
        var (client, server) = await one.AcceptedPairAsync();
        var received = 0;
        server.OnMessage(_ => received++);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
            {
                await client.SendAsync(new byte[50_000]);
            }
        })));
        await one.IdleAsync();
        Assert.Equal(400, received);
    }

    [Fact]
    public async Task SendAsync_Cancelled_SendsNothing()
    {
        WebSocketPair? pair = null;
        using var cancellation = new CancellationTokenSource();
        Task? send = null;
        await one.Silo.RunAsync(_ =>
        {
            pair = new WebSocketPair();
            pair.Server.Accept();
            pair.Server.Send(new byte[2 * Mebibyte]);
            send = pair.Server.SendAsync("cancelled", cancellation.Token);
        });
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send!);

        var log = new EventLog(pair!.Client);
        pair.Client.Accept();
        pair.Server.Close(1000);
        Assert.StartsWith("close 1000", (await log.WaitForAsync(2))[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendAsync_PeerGoesWhileItWaits_Ends()
    {
        WebSocketPair? pair = null;
        Task? send = null;
        await one.Silo.RunAsync(_ =>
        {
            pair = new WebSocketPair();
            pair.Server.Accept();
            pair.Server.Send(new byte[2 * Mebibyte]);
            send = pair.Server.SendAsync("nobody hears it");
        });
        pair!.Client.OnMessage(_ => throw new InvalidOperationException());
        pair.Client.Accept();
        await send!;
        await one.IdleAsync();
        Assert.Equal(0, pair.Server.BufferedAmount);
    }

    private static WebSocketPairException Refused(WebSocketPairErrorKind kind, Action call)
    {
        var exception = Assert.Throws<WebSocketPairException>(call);
        Assert.Equal(kind, exception.Kind);
        return exception;
    }
}
