using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using OrleansSockets.Host.Tests;

namespace OrleansSockets.Processes.Tests.Hosts;

/// <summary>The shipped server as three processes on one Azurite: how they find, lose and leave each other.</summary>
public sealed class ClusterTests(HostCluster cluster, ITestOutputHelper output) : IClassFixture<HostCluster>, IAsyncLifetime
{
    /// <summary>The fast profile declares a killed process dead after about 1 s; more on a busy machine.</summary>
    private static readonly TimeSpan FastProfile = TimeSpan.FromSeconds(6);

    /// <summary>The names of a dead node's rooms stay locked until it has read, if it should live, that it is dead: 6 s.</summary>
    private static readonly TimeSpan RoomsComeBack = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    // A client that waits for what never comes fails its test instead of holding up all of them.
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(2), TimeProvider.System);

    private CancellationToken Cancellation => _limit.Token;

    public async ValueTask InitializeAsync() => await cluster.StartAsync();

    public ValueTask DisposeAsync()
    {
        _limit.Dispose();
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            output.WriteLine(cluster.Story);
        }

        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Start_AllAtOnce_EachSeesAll()
    {
        string[] all = [.. cluster.Nodes.Select(node => node.Silo).Order(StringComparer.Ordinal)];
        foreach (var node in cluster.Nodes)
        {
            await WaitForNodesAsync(node, nodes => nodes.Count == all.Length, FastProfile);
            var nodes = await node.Admin.NodesAsync();
            Assert.Equal(all, nodes.Keys.Order(StringComparer.Ordinal));
            Assert.All(nodes.Values, status => Assert.Equal("active", status));
        }
    }

    [Fact]
    public async Task Pair_EndsOnTwoNodes_CarriesMessagesAndTheClose()
    {
        using var first = await cluster.A.OpenAsync("/pairs/tea/0");
        using var second = await cluster.B.OpenAsync("/pairs/tea/1");
        await first.SendAsync("from a", Cancellation);
        Assert.Equal("from a", await second.ReceiveAsync(Cancellation));
        await second.SendAsync("from b", Cancellation);
        Assert.Equal("from b", await first.ReceiveAsync(Cancellation));

        var closing = second.CloseAsync(4001, "enough", Cancellation);
        Assert.Null(await first.ReceiveAsync(Cancellation));
        Assert.Equal((4001, "enough"), (first.CloseCode, first.CloseReason));
        await first.CloseAsync(4001, "enough", Cancellation);
        await closing;
    }

    [Fact]
    public async Task Room_MembersOnEveryNode_HearEachOther()
    {
        var members = await Task.WhenAll(cluster.Nodes.Select(node => node.OpenAsync($"/rooms/all?name={node.Silo}")));
        try
        {
            // One of them is on another node than the room, wherever that is.
            foreach (var (member, node) in members.Zip(cluster.Nodes))
            {
                await member.SendAsync("hello", Cancellation);
                await Task.WhenAll(members.Select(other => Clients.HearsAsync(other, $"{node.Silo}: hello", Cancellation)));
            }
        }
        finally
        {
            Array.ForEach(members, member => member.Dispose());
        }
    }

    [Fact]
    public async Task Put_OnOneNode_IsTakenByNewEndsOnEveryNodeWithinTwoSeconds()
    {
        var written = await cluster.A.Admin.PutAsync("default", new Settings("2026-05-01"));
        written.Expect(HttpStatusCode.OK);
        var since = Stopwatch.GetTimestamp();

        var taken = await Task.WhenAll(cluster.Nodes.Select(async node =>
        {
            while (await Clients.RevisionOfANewEndAsync(node, Cancellation) != written.Revision)
            {
                Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(2), $"New ends on {node.Silo} do not take revision {written.Revision}.");
            }

            return Stopwatch.GetElapsedTime(since);
        }));
        output.WriteLine($"taken after {taken.Max()}");
    }

    [Fact]
    public async Task Kill_OneNode_IsDeadForTheOthersInTheProfilesTime()
    {
        using var staying = await cluster.A.OpenAsync("/pairs/lost/0");
        using var lost = await cluster.C.OpenAsync("/pairs/lost/1");
        await lost.SendAsync("hello", Cancellation);
        Assert.Equal("hello", await staying.ReceiveAsync(Cancellation));

        var killed = Stopwatch.GetTimestamp();
        cluster.C.Kill();
        var dropped = Assert.ThrowsAsync<WebSocketException>(() => staying.ReceiveAsync(Cancellation).WaitAsync(FastProfile, Cancellation));
        await Task.WhenAll(new[] { cluster.A, cluster.B }.Select(node => WaitForNodesAsync(node, nodes => !nodes.ContainsKey(cluster.C.Silo), FastProfile)));
        var dead = Stopwatch.GetTimestamp();
        output.WriteLine($"dead after {Stopwatch.GetElapsedTime(killed, dead)}");
        // What a browser reports as 1006: TCP ended and no Close came.
        Assert.Equal(WebSocketError.ConnectionClosedPrematurely, (await dropped).WebSocketErrorCode);
        output.WriteLine($"dropped after {Stopwatch.GetElapsedTime(killed)}");

        await Clients.ServesAsync(cluster.A, Cancellation);
        await Clients.ServesAsync(cluster.B, Cancellation);
        output.WriteLine($"all rooms {Stopwatch.GetElapsedTime(dead)} after that");
        Assert.True(Stopwatch.GetElapsedTime(dead) < RoomsComeBack, $"Rooms were back after {Stopwatch.GetElapsedTime(dead)}.");

        // The dead one is in the table still when another one starts in its place.
        await cluster.StartAsync();
        var started = Stopwatch.GetTimestamp();
        await Clients.ServesAsync(cluster.C, Cancellation);
        output.WriteLine($"all rooms of the new node after {Stopwatch.GetElapsedTime(started)}");
        Assert.True(Stopwatch.GetElapsedTime(started) < RoomsComeBack, $"Rooms were there after {Stopwatch.GetElapsedTime(started)}.");
    }

    [Fact]
    public async Task Drain_OneNode_ClosesItsClientsAndRefusesNewOnes()
    {
        using var room = await cluster.B.OpenAsync("/rooms/drained?name=b");
        using var echo = await cluster.B.OpenAsync("/echo");
        using var there = await cluster.B.OpenAsync("/pairs/drained/0");
        using var here = await cluster.A.OpenAsync("/pairs/drained/1");
        using var untouched = await cluster.A.OpenAsync("/echo");

        (await cluster.A.Admin.PostAsync($"nodes/{cluster.B.Silo}/drain")).Expect(HttpStatusCode.Accepted);
        await Task.WhenAll(new[] { room, echo, there }.Select(AssertGoneAwayAsync));
        await AssertGoneAwayAsync(here);

        Assert.Equal("draining", (await cluster.A.Admin.NodesAsync())[cluster.B.Silo]);
        await AssertRefusedAsync(cluster.B);
        await Clients.EchoesAsync(untouched, Cancellation);
        using var another = await cluster.C.OpenAsync("/rooms/drained?name=c");
        await Clients.HearsAsync(another, "c is here", Cancellation);

        await cluster.B.TerminateAsync(Cancellation);
        Assert.Equal(0, cluster.B.ExitCode);
    }

    [Fact]
    public async Task Terminate_OneNode_ClosesItsClientsAndIsGoneForTheOthers()
    {
        using var echo = await cluster.B.OpenAsync("/echo");
        using var there = await cluster.B.OpenAsync("/pairs/terminated/0");
        using var here = await cluster.C.OpenAsync("/pairs/terminated/1");
        var ended = cluster.B.TerminateAsync(Cancellation);

        await Task.WhenAll(new[] { echo, there, here }.Select(AssertGoneAwayAsync));
        await ended;
        Assert.Equal(0, cluster.B.ExitCode);
        await Task.WhenAll(new[] { cluster.A, cluster.C }.Select(node => WaitForNodesAsync(node, nodes => !nodes.ContainsKey(cluster.B.Silo), FastProfile)));
    }

    [Fact]
    public async Task Restart_WholeClusterOnTheSameTables_HasItsDeployments()
    {
        (await cluster.A.Admin.PutAsync("kept", Settings.Plain, ifRevision: 0)).Expect(HttpStatusCode.Created);
        (await cluster.B.Admin.PutAsync("kept", Settings.ManualReply, ifRevision: 1)).Expect(HttpStatusCode.OK);
        var before = (await cluster.C.Admin.GetAsync("deployments")).Expect(HttpStatusCode.OK);

        await Task.WhenAll(cluster.Nodes.Select(node => node.TerminateAsync(Cancellation)));
        Assert.All(cluster.Nodes, node => Assert.Equal(0, node.ExitCode));
        await cluster.Tables.StopAsync();
        await cluster.Tables.RestartAsync();
        await cluster.StartAsync();

        foreach (var node in cluster.Nodes)
        {
            var kept = await node.Admin.GetAsync("deployments/kept");
            kept.Expect(HttpStatusCode.OK);
            Assert.Equal((2, Settings.ManualReply), (kept.Revision, kept.Settings));
            Assert.Equal(before.ToString(), (await node.Admin.GetAsync("deployments")).Expect(HttpStatusCode.OK).ToString());
        }

        var next = await cluster.C.Admin.PutAsync("kept", Settings.Plain, ifRevision: 2);
        next.Expect(HttpStatusCode.OK);
        Assert.Equal(3, next.Revision);
    }

    private async Task WaitForNodesAsync(HostNode node, Func<IReadOnlyDictionary<string, string>, bool> wanted, TimeSpan limit)
    {
        var since = Stopwatch.GetTimestamp();
        while (await node.Admin.NodesAsync() is var nodes && !wanted(nodes))
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < limit, $"{node.Silo} still sees {string.Join(", ", nodes)}.");
            await Task.Delay(Poll, TimeProvider.System, Cancellation);
        }
    }

    // A Close, and then the end of TCP: not what a browser reports as 1006.
    private async Task AssertGoneAwayAsync(TestSocket socket)
    {
        while (await socket.ReceiveAsync(Cancellation) is not null)
        {
        }

        Assert.Contains(socket.CloseCode, new int?[] { 1001, 1012 });
        await socket.CloseAsync(socket.CloseCode!.Value, "", Cancellation);
    }

    private async Task AssertRefusedAsync(HostNode node)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(node.Socket("/echo"), Cancellation));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, socket.HttpStatusCode);
    }
}
