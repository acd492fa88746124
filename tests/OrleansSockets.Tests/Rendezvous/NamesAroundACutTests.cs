using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.Links;
using OrleansSockets.Rendezvous;
using OrleansSockets.Testing;
using OrleansSockets.Tests.Clusters;

namespace OrleansSockets.Tests.Rendezvous;

/// <summary>A | B cut while C and D reach both: what their silos have to say of names goes through one of these.</summary>
public sealed class NamesAroundACutTests : IAsyncLifetime
{
    private const int Names = 24;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private readonly CutLinks _links = new();
    private PairTestCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await PairTestCluster.StartAsync(4, options =>
        {
            options.MapEndpoints(endpoints => endpoints.MapWebSocketPairs("/pairs"));
            options.ConfigureSilo(silo => _links.Install(silo.Services));
            options.ConfigurePairs(pairs => pairs.LinkTimeout = TimeSpan.FromSeconds(1));
        });
        var (a, b) = (_cluster.Silos[0], _cluster.Silos[1]);
        _links.Cut(a.Address, b.Address);
        await EventuallyAsync(() => new[] { a, b }.All(silo => silo.Get<SiloPaths>().Outages is [{ Through: not null }]));
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Names_WhoseHomeIsBehindTheCut_AreTakenAndGivenBack()
    {
        List<TestSocket> clients = [];
        for (var i = 0; i < Names; i++)
        {
            clients.Add(await _cluster.Silos[0].ConnectAsync($"/pairs/n{i}/0"));
        }

        Assert.Equal(Names, _cluster.Silos.Sum(silo => Table(silo).Count));
        Assert.NotEqual(0, Table(_cluster.Silos[1]).Count);
        foreach (var client in clients)
        {
            client.Dispose();
        }

        await EventuallyAsync(() => _cluster.Silos.All(silo => Table(silo).Count == 0));
    }

    [Fact]
    public async Task Names_ASiloStopsMeanwhile_AreGivenOutAllTheSame()
    {
        // The homes of its names are A and B, too, and each has to hear the other one before it answers.
        await _cluster.StopAsync(_cluster.Silos[3]);
        var began = TimeProvider.System.GetTimestamp();
        for (var joined = 0; joined < Names;)
        {
            try
            {
                using var client = await _cluster.Silos[2].ConnectAsync($"/pairs/n{joined}/0");
                joined++;
            }
            catch (WebSocketException e) when (e.Message.Contains("503", StringComparison.Ordinal))
            {
                Assert.True(TimeProvider.System.GetElapsedTime(began) < Limit, $"Only {joined} names are given out.");
            }
        }
    }

    private static NameTable Table(TestSilo silo) => silo.Services.GetRequiredService<HeldNames>().Table;

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Limit, "It does not come to pass.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
