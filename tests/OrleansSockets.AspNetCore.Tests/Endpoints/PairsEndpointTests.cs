using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.AspNetCore.Tests.Sockets;
using OrleansSockets.Frames;
using OrleansSockets.Pairs;
using OrleansSockets.Rendezvous;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Endpoints;

/// <summary>Two clients on two nodes, joined by a name.</summary>
public sealed class PairsEndpointTests : IAsyncLifetime
{
    private EdgeNode _a = null!;
    private EdgeNode _b = null!;

    public async ValueTask InitializeAsync()
    {
        _a = await EdgeNode.StartAsync(app => app.MapWebSocketPairs("/pairs"));
        _b = await EdgeNode.StartAsync(app => app.MapWebSocketPairs("/pairs"), primary: _a);
    }

    public async ValueTask DisposeAsync()
    {
        await _b.DisposeAsync();
        await _a.DisposeAsync();
    }

    [Fact]
    public async Task TwoClients_OnTwoNodes_FramesAndClosesPassThrough()
    {
        using var first = await _a.ConnectAsync("/pairs/x/0");
        await first.SendTextAsync("early");
        using var second = await _b.ConnectAsync("/pairs/x/1");
        Assert.Equal("text early", await second.ReadAsync());
        await second.SendTextAsync("answer");
        Assert.Equal("text answer", await first.ReadAsync());
        Assert.Equal("409", await _b.StatusAsync("/pairs/x/0"));
        Assert.Equal("409", await _a.StatusAsync("/pairs/x/1"));

        await first.SendCloseAsync(4001, "mine");
        Assert.Equal("close 4001 mine", await second.ReadAsync());
        await second.SendTextAsync("tail");
        await second.SendCloseAsync(4002, "yours");
        Assert.Equal("text tail", await first.ReadAsync());
        Assert.Equal("close 4002 yours", await first.ReadAsync());
        Assert.Equal("fin", await first.ReadAsync());
        Assert.Equal("fin", await second.ReadAsync());
    }

    [Fact]
    public async Task OneClient_Drops_TheOtherOnesTcpEndsAndTheNameRests()
    {
        using var first = await _a.ConnectAsync("/pairs/y/0");
        using var second = await _b.ConnectAsync("/pairs/y/1");
        await first.SendTextAsync("there?");
        Assert.Equal("text there?", await second.ReadAsync());
        first.Reset();
        Assert.Equal("fin", await second.ReadAsync());
        Assert.Equal("410", await _a.StatusAsync("/pairs/y/0"));
    }

    [Fact]
    public async Task AloneClient_Closes_IsAnsweredAtOnceAndNothingStays()
    {
        using var alone = await _b.ConnectAsync("/pairs/w/0");
        await alone.SendTextAsync("anybody?");
        await alone.SendCloseAsync(4001, "nobody");
        Assert.Equal("close 4001 nobody", await alone.ReadAsync());
        Assert.Equal("fin", await alone.ReadAsync());

        await NothingLeftAsync();
        using var next = await _a.ConnectAsync("/pairs/w/0");
        using var partner = await _b.ConnectAsync("/pairs/w/1");
        await partner.SendTextAsync("new");
        Assert.Equal("text new", await next.ReadAsync());
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("fin")]
    [InlineData("violation")]
    [InlineData("half a frame")]
    public async Task AloneClient_LeavesInAnyWay_NothingStaysAndTheNameIsFree(string way)
    {
        using var alone = await _b.ConnectAsync("/pairs/v/0");
        await alone.SendTextAsync("anybody?");
        switch (way)
        {
            case "reset":
                alone.Reset();
                break;
            case "fin":
                alone.SendFin();
                break;
            case "violation":
                await alone.SendAsync((Opcode)5, []);
                Assert.StartsWith("close 1002", await alone.ReadAsync(), StringComparison.Ordinal);
                break;
            default:
                await alone.SendBytesAsync(RawClient.Frame(Opcode.Text, new byte[300]).AsMemory()[..100]);
                alone.SendFin();
                break;
        }

        await NothingLeftAsync();
        using var next = await _a.ConnectAsync("/pairs/v/0");
    }

    [Fact]
    public async Task Node_Drains_BothClientsMayComeBackAtOnce()
    {
        var third = await EdgeNode.StartAsync(app => app.MapWebSocketPairs("/pairs"), primary: _a);
        using var first = await _b.ConnectAsync("/pairs/u/0");
        using var second = await third.ConnectAsync("/pairs/u/1");
        await first.SendTextAsync("there?");
        Assert.Equal("text there?", await second.ReadAsync());

        var stopping = third.DisposeAsync();
        Assert.StartsWith("close 1001", await second.ReadAsync(), StringComparison.Ordinal);
        await second.SendCloseAsync(1001);
        Assert.StartsWith("close 1001", await first.ReadAsync(), StringComparison.Ordinal);
        await first.SendCloseAsync(1001);
        using var firstAgain = await _b.ConnectAsync("/pairs/u/0");
        using var secondAgain = await _a.ConnectAsync("/pairs/u/1");
        await firstAgain.SendTextAsync("again");
        Assert.Equal("text again", await secondAgain.ReadAsync());
        await stopping;
    }

    [Theory]
    [InlineData("/pairs/z/2", "404")]
    [InlineData("/pairs/z/x", "404")]
    [InlineData("/pairs/z", "404")]
    public async Task Address_WrongEnd_404(string path, string status) => Assert.Equal(status, await _a.StatusAsync(path));

    [Theory]
    [InlineData(256, "101")]
    [InlineData(257, "414")]
    public async Task Name_OfManyCharacters_HasALimit(int length, string status) =>
        Assert.Equal(status, await _a.StatusAsync($"/pairs/{new string('n', length)}/0"));

    [Theory]
    [InlineData("%0A")]
    [InlineData("a%0D%0ASet-Cookie:x")]
    [InlineData("%1B%5B2J")]
    [InlineData("%7F")]
    [InlineData("%C2%85")]
    public async Task Name_WithControlCharacters_400(string name) => Assert.Equal("400", await _a.StatusAsync($"/pairs/{name}/0"));

    [Fact]
    public async Task MaxWaitingPerAddress_IsReached_429UntilOneHasMetOrLeft()
    {
        await using var few = await EdgeNode.StartAsync(
            app => app.MapWebSocketPairs("/pairs"), edge => edge.MaxWaitingPerAddress = 2, primary: _a);
        using var met = await few.ConnectAsync("/pairs/w0/0");
        using var leaves = await few.ConnectAsync("/pairs/w1/0");
        using (var refused = new RawClient())
        {
            var head = await refused.UpgradeAsync(few.Address, "/pairs/w2/0");
            Assert.Equal("429", EdgeNode.StatusOf(head));
            Assert.Contains("Retry-After: 1", head, StringComparison.Ordinal);
        }

        using var partner = await _a.ConnectAsync("/pairs/w0/1");
        await SocketServer.EventuallyAsync(async () => await few.StatusAsync("/pairs/w3/0") == "101");
        leaves.Reset();
        await SocketServer.EventuallyAsync(async () => await few.StatusAsync("/pairs/w4/0") == "101");
    }

    [Fact]
    public async Task PartnerTimeout_NobodyComes_4408()
    {
        await using var impatient = await EdgeNode.StartAsync(
            app => app.MapWebSocketPairs("/pairs"), edge => edge.PartnerTimeout = TimeSpan.FromMilliseconds(100), primary: _a);
        using var alone = await impatient.ConnectAsync("/pairs/alone/0");
        Assert.StartsWith("close 4408", await alone.ReadAsync(), StringComparison.Ordinal);
        await alone.SendCloseAsync(4408);
        Assert.Equal("fin", await alone.ReadAsync());
    }

    // A pair, a name or an activation that a client left behind would stay for ever; a second is the bound that users are told.
    private async Task NothingLeftAsync()
    {
        foreach (var services in new[] { _a, _b }.Select(node => node.App.Services))
        {
            var (pairs, names) = (services.GetRequiredService<PairHub>(), services.GetRequiredService<HeldNames>());
            await SocketServer.EventuallyAsync(
                () => pairs.Count == 0 && names.Count == 0 && names.Table.Count == 0,
                () => $"{pairs.Count} pairs and {names.Count} + {names.Table.Count} names are left");
        }

        var management = _a.App.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
        await SocketServer.EventuallyAsync(
            async () =>
                (await management.GetDetailedGrainStatistics())
                    .All(grain => !grain.GrainType.Contains("PairGrain", StringComparison.Ordinal)),
            () => "a pair grain is left");
    }
}
