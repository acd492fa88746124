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

    [Fact]
    public async Task ReadmeExample_InTheConsoleOfABrowser_JoinsAClientOnEachNode()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "README.md"), Token);
        var example = readme.Split("```js\n")[1].Split("```")[0]
            .Replace("localhost:8080", running.First.Address.Authority, StringComparison.Ordinal)
            .Replace("localhost:8081", running.Second.Address.Authority, StringComparison.Ordinal);
        await using var browser = await Browser.OpenAsync(new Uri(running.First.Address, "health/live"), Token);
        await browser.EvaluateAsync("console.log = (...words) => { document.body.append(words.join(' ') + '\\n'); }", Token);

        await browser.EvaluateAsync(example, Token);
        await browser.WaitForAsync("document.body.innerText.includes('a got hello from the other node')", Token);
        await browser.EvaluateAsync("b.close(4001)", Token);

        await browser.WaitForAsync("document.body.innerText.includes('a closed 4001')", Token);
    }
}
