using Xunit;

namespace OrleansSockets.Host.Tests;

/// <summary>The page in a real browser, with the two ends on two nodes.</summary>
public sealed class PageTests(TwoRunningNodes running) : IClassFixture<TwoRunningNodes>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Page_EndsOnBothNodes_ShowsMessagesCloseAndTimeline()
    {
        await using var page = await PairPage.OpenAsync(running.First.Address, Token);
        await page.MakePairAsync();
        Assert.NotEqual(await page.NodeAsync("client"), await page.NodeAsync("server"));
        await page.ReadyStateAsync("client", "1 OPEN");
        await page.AcceptAsync("client", halfOpen: "true");
        await page.AcceptAsync("server", halfOpen: "false");

        await page.SendAsync("client", "to the server");
        await page.SendAsync("server", "to the client");
        await page.EventAsync("server", "message \"to the server\"");
        await page.EventAsync("client", "message \"to the client\"");

        await page.CloseAsync("client", "4001", "enough");

        await page.EventAsync("server", "close event: code 4001, reason \"enough\", wasClean true");
        await page.ReadyStateAsync("server", "3 CLOSED");
        // The automatic reply carries the same code and reason.
        await page.EventAsync("client", "close event: code 4001, reason \"enough\", wasClean true");
        await page.ReadyStateAsync("client", "3 CLOSED");
        await page.TimelineAsync("4001");
    }

    [Fact]
    public async Task Page_ServerOfTheManualDeployment_LeavesTheReplyToThePerson()
    {
        await using var page = await PairPage.OpenAsync(running.First.Address, Token);
        await page.MakePairAsync(serverDeployment: "manual");
        await page.AcceptAsync("client");
        await page.AcceptAsync("server");

        await page.CloseAsync("client", "4001", "enough");
        await page.EventAsync("server", "close event: code 4001");
        await page.ReadyStateAsync("server", "2 CLOSING");
        await page.ReadyStateAsync("client", "2 CLOSING");

        await page.CloseAsync("server", "4002", "as you like");
        await page.EventAsync("client", "close event: code 4002, reason \"as you like\", wasClean true");
        await page.ReadyStateAsync("server", "3 CLOSED");
        await page.ReadyStateAsync("client", "3 CLOSED");
    }

    [Fact]
    public async Task Page_CloseWithACodeThatMayNotBeSent_SaysSo()
    {
        await using var page = await PairPage.OpenAsync(running.Second.Address, Token);
        await page.MakePairAsync();
        await page.AcceptAsync("client");

        await page.CloseAsync("client", "1006", "");

        await page.EventAsync("client", "InvalidCode: Invalid WebSocket close code: 1006.");
        await page.ReadyStateAsync("client", "1 OPEN");
    }
}
