using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrleansSockets.Rendezvous;
using OrleansSockets.Testing;

namespace OrleansSockets.Tests.Rendezvous;

/// <summary>What has gone wrong between the holder of a name (the first silo) and its home (the second one) heals by itself.</summary>
public sealed class NameHealingTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private readonly FakeTimeProvider _time = new();
    private readonly LostCalls _calls = new();
    private PairTestCluster _cluster = null!;

    private TestSilo Holder => _cluster.Silos[0];

    private TestSilo Home => _cluster.Silos[1];

    public async ValueTask InitializeAsync() => _cluster = await PairTestCluster.StartAsync(2, options =>
    {
        options.FakeTime = _time;
        options.MapEndpoints(endpoints => endpoints.MapWebSocketPairs("/pairs"));
        options.ConfigureSilo(silo => _calls.Install(silo.Services));
    });

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Join_TheAnswerIsLost_TheNextOneGetsTheSide()
    {
        _calls.LosesAnswersOf = nameof(IRendezvousService.JoinAsync);
        string? name = null;
        for (var i = 0; name is null; i++)
        {
            try
            {
                using var nearby = await Holder.ConnectAsync($"/pairs/n{i}/0");
            }
            catch (WebSocketException e)
            {
                Assert.Contains("503", e.Message, StringComparison.Ordinal);
                name = $"n{i}";
            }
        }

        _calls.LosesAnswersOf = null;
        using var again = await Holder.ConnectAsync($"/pairs/{name}/0");
    }

    [Fact]
    public async Task Leave_IsLost_IsSaidAgain()
    {
        var (client, name) = await WaitingAsync();
        _calls.LosesCallsOf = nameof(IRendezvousService.LeaveAsync);
        client.Dispose();
        await EventuallyAsync(() => _calls.Lost > 0);
        Assert.NotNull(Table(Home).Find(name));

        _calls.LosesCallsOf = null;
        await EventuallyAsync(() => Table(Home).Find(name) is null);
    }

    [Fact]
    public async Task Name_ItsHomeDoesNotKnowOfTheOneThatWaits_IsToldAgain()
    {
        var (client, name) = await WaitingAsync();
        ForgetAtHome();
        Assert.Null(Table(Home).Find(name));

        await EventuallyAsync(() => Table(Home).Find(name) is not null);
        using var partner = await Home.ConnectAsync($"/pairs/{name}/1");
        await partner.SendAsync("hello");
        Assert.Equal("hello", await client.ReceiveAsync());
        client.Dispose();
    }

    [Fact]
    public async Task Name_StandsForAnotherPairByNow_WhoWaitsInVainIsSentBackToIt()
    {
        var (client, name) = await WaitingAsync();
        _calls.LosesCallsOf = nameof(IRendezvousService.AnnounceAsync);
        ForgetAtHome();
        using var partner = await Home.ConnectAsync($"/pairs/{name}/1");
        _calls.LosesCallsOf = null;

        Assert.Equal(CloseCode.ServiceRestart, (await client.ReceiveCloseAsync()).Code);
        client.Dispose();
        using var again = await Holder.ConnectAsync($"/pairs/{name}/0");
        await again.SendAsync("hello");
        Assert.Equal("hello", await partner.ReceiveAsync());
    }

    [Fact]
    public async Task Name_HasRested_NothingStaysOfIt()
    {
        var (client, name) = await WaitingAsync();
        using (var partner = await Home.ConnectAsync($"/pairs/{name}/1"))
        {
            await partner.SendAsync("hello");
            Assert.Equal("hello", await client.ReceiveAsync());
        }

        client.Dispose();

        // When both have left, nothing but time is missing.
        var cooldown = new OrleansSocketsOptions().PairNameCooldown;
        await EventuallyAsync(() => Table(Home).Find(name) is { Pair: null } over && over.IsEmpty(_time.GetUtcNow() + cooldown));
        _time.Advance(cooldown);
        await EventuallyAsync(() => Table(Home).Count == 0);
    }

    [Fact]
    public async Task Announcements_AreLostWhenTheClusterChanges_AreSaidAgain()
    {
        _calls.LosesCallsOf = nameof(IRendezvousService.AnnounceAsync);
        await _cluster.AddSiloAsync();
        await EventuallyAsync(() => _cluster.Silos.Select(silo => Table(silo).Version).Distinct().Count() == 1);

        // Each says it to each other one, and that is still under way perhaps; what comes then is said again.
        var lost = _calls.Lost;
        await EventuallyAsync(() => _calls.Lost > lost + (_cluster.Silos.Count * (_cluster.Silos.Count - 1)));
        _calls.LosesCallsOf = null;
        var began = TimeProvider.System.GetTimestamp();
        for (var joined = 0; joined < 20;)
        {
            joined += await JoinAsync(joined) ? 1 : 0;
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Limit, $"Only {joined} names are given out.");
        }
    }

    [Fact]
    public async Task Join_TheNameMovesWhileItsAnswerIsUnderWay_TheNextHomeKnowsOfIt()
    {
        var release = _calls.HoldsAnswer = new TaskCompletionSource();
        var number = 0;
        var joining = Holder.ConnectAsync($"/pairs/n{number}/0");
        while (await Task.WhenAny(joining, _calls.Held.Task) == joining)
        {
            (await joining).Dispose();
            joining = Holder.ConnectAsync($"/pairs/n{++number}/0");
        }

        // All that the holder has is announced by then, and this is not among it.
        var (here, before) = (Table(Holder), Table(Holder).Version);
        await _cluster.StopAsync(Home);
        await EventuallyAsync(() => here.Version > before && here.Find($"n{number}") is null);
        release.SetResult();
        using var client = await joining;
        Assert.NotNull(here.Find($"n{number}"));
    }

    [Fact]
    public async Task Stop_OfASilo_SaysFarewellSoThatNobodyWaitsUntilItIsDead()
    {
        var leaving = Home.Address;
        await _cluster.StopAsync(Home);
        var farewell = Assert.Single(_calls.Farewells);
        Assert.Equal(leaving, farewell.Holder);
        Assert.True(farewell.IsComplete);
        Assert.Empty(farewell.Holds);
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

    private async Task<(TestSocket Client, string Name)> WaitingAsync()
    {
        for (var i = 0; ; i++)
        {
            var client = await Holder.ConnectAsync($"/pairs/n{i}/0");
            if (Table(Home).Find($"n{i}") is not null)
            {
                return (client, $"n{i}");
            }

            client.Dispose();
        }
    }

    // The names are spread over all homes.
    private async Task<bool> JoinAsync(int number)
    {
        try
        {
            using var client = await Holder.ConnectAsync($"/pairs/m{number}/0");
            return true;
        }
        catch (WebSocketException e) when (e.Message.Contains("503", StringComparison.Ordinal))
        {
            return false;
        }
    }

    // As if it had never heard of them.
    private void ForgetAtHome() =>
        Table(Home).Announce(new NameAnnouncement(Holder.Address, Table(Home).Version + 1, IsComplete: true, []));
}
