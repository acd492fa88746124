using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using OrleansSockets.Host.Tests;

namespace OrleansSockets.Processes.Tests.Hosts;

/// <summary>The shipped server as three processes on one Azurite: how they find, lose and leave each other.</summary>
public sealed class ClusterTests(HostCluster cluster, ITestOutputHelper output) : HostClusterTest(cluster, output, TimeSpan.FromMinutes(2))
{
    /// <summary>The fast profile declares a killed process dead after about 1 s; more on a busy machine.</summary>
    private static readonly TimeSpan FastProfile = TimeSpan.FromSeconds(6);

    /// <summary>The names of a dead node's rooms stay locked until it has read, if it should live, that it is dead: 6 s.</summary>
    private static readonly TimeSpan RoomsComeBack = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Start_AllAtOnce_EachSeesAll()
    {
        string[] all = [.. Cluster.Nodes.Select(node => node.Silo).Order(StringComparer.Ordinal)];
        foreach (var node in Cluster.Nodes)
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
        using var first = await Cluster.A.OpenAsync("/pairs/tea/0");
        using var second = await Cluster.B.OpenAsync("/pairs/tea/1");
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
        var members = await Task.WhenAll(Cluster.Nodes.Select(node => node.OpenAsync($"/rooms/all?name={node.Silo}")));
        try
        {
            // One of them is on another node than the room, wherever that is.
            foreach (var (member, node) in members.Zip(Cluster.Nodes))
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
        var written = await Cluster.A.Admin.PutAsync("default", new Settings("2026-05-01"));
        written.Expect(HttpStatusCode.OK);
        var since = Stopwatch.GetTimestamp();

        var taken = await Task.WhenAll(Cluster.Nodes.Select(async node =>
        {
            while (await Clients.RevisionOfANewEndAsync(node, Cancellation) != written.Revision)
            {
                Assert.True(
                    Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(2),
                    $"New ends on {node.Silo} do not take revision {written.Revision}.");
            }

            return Stopwatch.GetElapsedTime(since);
        }));
        Output.WriteLine($"taken after {taken.Max()}");
    }

    [Fact]
    public async Task Kill_OneNode_IsDeadForTheOthersInTheProfilesTime()
    {
        using var staying = await Cluster.A.OpenAsync("/pairs/lost/0");
        using var lost = await Cluster.C.OpenAsync("/pairs/lost/1");
        await lost.SendAsync("hello", Cancellation);
        Assert.Equal("hello", await staying.ReceiveAsync(Cancellation));

        var killed = Stopwatch.GetTimestamp();
        Cluster.C.Kill();
        var dropped = Assert.ThrowsAsync<WebSocketException>(() => staying.ReceiveAsync(Cancellation).WaitAsync(FastProfile, Cancellation));
        await Task.WhenAll(
            new[] { Cluster.A, Cluster.B }.Select(
                node => WaitForNodesAsync(node, nodes => !nodes.ContainsKey(Cluster.C.Silo), FastProfile)));
        var dead = Stopwatch.GetTimestamp();
        Output.WriteLine($"dead after {Stopwatch.GetElapsedTime(killed, dead)}");
        // What a browser reports as 1006: TCP ended and no Close came.
        Assert.Equal(WebSocketError.ConnectionClosedPrematurely, (await dropped).WebSocketErrorCode);
        Output.WriteLine($"dropped after {Stopwatch.GetElapsedTime(killed)}");

        await Clients.ServesAsync(Cluster.A, Cancellation);
        await Clients.ServesAsync(Cluster.B, Cancellation);
        Output.WriteLine($"all rooms {Stopwatch.GetElapsedTime(dead)} after that");
        Assert.True(Stopwatch.GetElapsedTime(dead) < RoomsComeBack, $"Rooms were back after {Stopwatch.GetElapsedTime(dead)}.");

        // The dead one is in the table still when another one starts in its place.
        await Cluster.StartAsync();
        var started = Stopwatch.GetTimestamp();
        await Clients.ServesAsync(Cluster.C, Cancellation);
        Output.WriteLine($"all rooms of the new node after {Stopwatch.GetElapsedTime(started)}");
        Assert.True(Stopwatch.GetElapsedTime(started) < RoomsComeBack, $"Rooms were there after {Stopwatch.GetElapsedTime(started)}.");
    }

    [Fact]
    public async Task Drain_OneNode_ClosesItsClientsAndRefusesNewOnes()
    {
        using var room = await Cluster.B.OpenAsync("/rooms/drained?name=b");
        using var echo = await Cluster.B.OpenAsync("/echo");
        using var there = await Cluster.B.OpenAsync("/pairs/drained/0");
        using var here = await Cluster.A.OpenAsync("/pairs/drained/1");
        using var untouched = await Cluster.A.OpenAsync("/echo");

        (await Cluster.A.Admin.PostAsync($"nodes/{Cluster.B.Silo}/drain")).Expect(HttpStatusCode.Accepted);
        await Task.WhenAll(new[] { room, echo, there }.Select(AssertGoneAwayAsync));
        await AssertGoneAwayAsync(here);

        Assert.Equal("draining", (await Cluster.A.Admin.NodesAsync())[Cluster.B.Silo]);
        await AssertRefusedAsync(Cluster.B);
        await Clients.EchoesAsync(untouched, Cancellation);
        using var another = await Cluster.C.OpenAsync("/rooms/drained?name=c");
        await Clients.HearsAsync(another, "c is here", Cancellation);

        await Cluster.B.TerminateAsync(Cancellation);
        Assert.Equal(0, Cluster.B.ExitCode);
    }

    [Fact]
    public async Task Terminate_OneNode_ClosesItsClientsAndIsGoneForTheOthers()
    {
        using var echo = await Cluster.B.OpenAsync("/echo");
        using var there = await Cluster.B.OpenAsync("/pairs/terminated/0");
        using var here = await Cluster.C.OpenAsync("/pairs/terminated/1");
        var ended = Cluster.B.TerminateAsync(Cancellation);

        await Task.WhenAll(new[] { echo, there, here }.Select(AssertGoneAwayAsync));
        await ended;
        Assert.Equal(0, Cluster.B.ExitCode);
        await Task.WhenAll(
            new[] { Cluster.A, Cluster.C }.Select(
                node => WaitForNodesAsync(node, nodes => !nodes.ContainsKey(Cluster.B.Silo), FastProfile)));
    }

    [Fact]
    public async Task Restart_WholeClusterOnTheSameTables_HasItsDeployments()
    {
        (await Cluster.A.Admin.PutAsync("kept", Settings.Plain, ifRevision: 0)).Expect(HttpStatusCode.Created);
        (await Cluster.B.Admin.PutAsync("kept", Settings.ManualReply, ifRevision: 1)).Expect(HttpStatusCode.OK);
        var before = (await Cluster.C.Admin.GetAsync("deployments")).Expect(HttpStatusCode.OK);

        await Task.WhenAll(Cluster.Nodes.Select(node => node.TerminateAsync(Cancellation)));
        Assert.All(Cluster.Nodes, node => Assert.Equal(0, node.ExitCode));
        await Cluster.Tables.StopAsync();
        await Cluster.Tables.RestartAsync();
        await Cluster.StartAsync();

        foreach (var node in Cluster.Nodes)
        {
            var kept = await node.Admin.GetAsync("deployments/kept");
            kept.Expect(HttpStatusCode.OK);
            Assert.Equal((2, Settings.ManualReply), (kept.Revision, kept.Settings));
            Assert.Equal(before.ToString(), (await node.Admin.GetAsync("deployments")).Expect(HttpStatusCode.OK).ToString());
        }

        var next = await Cluster.C.Admin.PutAsync("kept", Settings.Plain, ifRevision: 2);
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
