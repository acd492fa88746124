using Microsoft.AspNetCore.Builder;
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

    [Theory]
    [InlineData("/pairs/z/2", "404")]
    [InlineData("/pairs/z/x", "404")]
    [InlineData("/pairs/z", "404")]
    public async Task Address_WrongEnd_404(string path, string status) => Assert.Equal(status, await _a.StatusAsync(path));

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
}
