using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.Rendezvous;
using OrleansSockets.Testing;

namespace OrleansSockets.Tests.Rendezvous;

/// <summary>Names whose sockets live are known, whatever becomes of the silo that keeps them.</summary>
public sealed class NamesInAClusterTests
{
    private const int Names = 24;

    public enum Change
    {
        Kill,
        Stop,
        Add,
    }

    [Theory]
    [InlineData(Change.Kill)]
    [InlineData(Change.Stop)]
    [InlineData(Change.Add)]
    public async Task Names_TheClusterChanges_WaitingClientsMeetTheirPartners(Change change)
    {
        await using var cluster = await StartAsync();
        var waiting = await ConnectAllAsync(cluster.Silos[0], side: 0);

        await ApplyAsync(cluster, change);

        var partners = await ConnectAllAsync(cluster.Silos[1], side: 1);
        for (var i = 0; i < Names; i++)
        {
            await partners[i].SendAsync($"hello {i}");
            Assert.Equal($"hello {i}", await waiting[i].ReceiveAsync());
        }

        Close(waiting.Concat(partners));
    }

    [Theory]
    [InlineData(Change.Kill)]
    [InlineData(Change.Stop)]
    [InlineData(Change.Add)]
    public async Task Names_TheClusterChanges_NoSideOfALivingCoupleIsGivenOut(Change change)
    {
        await using var cluster = await StartAsync();
        var couples = (await ConnectAllAsync(cluster.Silos[0], side: 0)).Concat(await ConnectAllAsync(cluster.Silos[1], side: 1)).ToArray();

        await ApplyAsync(cluster, change);

        await Task.WhenAll(Enumerable.Range(0, 2 * Names).Select(async i =>
        {
            // Until all nodes have said what they hold, the answer is to try again; it is never a place.
            var refusal = "503";
            for (var attempt = 0; attempt < 10 && refusal.Contains("503", StringComparison.Ordinal); attempt++)
            {
                var refused = await Assert.ThrowsAsync<WebSocketException>(
                    () => cluster.Silos[^1].ConnectAsync($"/pairs/n{i / 2}/{i % 2}"));
                refusal = refused.Message;
            }

            Assert.Contains("409", refusal, StringComparison.Ordinal);
        }));

        Close(couples);
    }

    [Fact]
    public async Task Names_ClientsHaveLeft_NoSiloKnowsAnyName()
    {
        await using var cluster = await StartAsync();
        var alone = await ConnectAllAsync(cluster.Silos[0], side: 0);
        await cluster.AddSiloAsync();

        Close(alone);

        foreach (var names in cluster.Silos.Select(silo => silo.Services.GetRequiredService<HeldNames>()))
        {
            await EventuallyAsync(() => names.Count == 0 && names.Table.Count == 0);
        }
    }

    private static Task<PairTestCluster> StartAsync() =>
        PairTestCluster.StartAsync(3, options => options.MapEndpoints(endpoints => endpoints.MapWebSocketPairs("/pairs")));

    private static Task ApplyAsync(PairTestCluster cluster, Change change) => change switch
    {
        Change.Kill => cluster.KillAsync(cluster.Silos[2]),
        Change.Stop => cluster.StopAsync(cluster.Silos[2]),
        _ => cluster.AddSiloAsync(),
    };

    private static async Task<TestSocket[]> ConnectAllAsync(TestSilo silo, int side)
    {
        var clients = new TestSocket[Names];
        for (var i = 0; i < Names; i++)
        {
            clients[i] = await silo.ConnectAsync($"/pairs/n{i}/{side}");
        }

        return clients;
    }

    private static void Close(IEnumerable<TestSocket> clients)
    {
        foreach (var client in clients)
        {
            client.Dispose();
        }
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(10), "Something of a name is left.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
