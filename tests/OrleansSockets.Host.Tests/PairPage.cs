using System.Text.Json;

namespace OrleansSockets.Host.Tests;

/// <summary>The page at <c>/</c>, as a person uses it. Ends are <c>client</c> and <c>server</c>.</summary>
internal sealed class PairPage(Browser browser, CancellationToken cancellationToken) : IAsyncDisposable
{
    public static async Task<PairPage> OpenAsync(Uri address, CancellationToken cancellationToken)
    {
        var page = new PairPage(await Browser.OpenAsync(address, cancellationToken), cancellationToken);
        await page.WaitForAsync(
            "document.querySelector('#make [name=server]').options.length === 2 && !document.querySelector('#make button').disabled");
        return page;
    }

    public async Task MakePairAsync(string serverDeployment = "default")
    {
        await FillAsync("#make [name=serverDeployment]", serverDeployment);
        await ClickAsync("#make button");
        await ShowsAsync("#client [data-field=control]", "open");
        await ShowsAsync("#server [data-field=control]", "open");
    }

    /// <param name="end">Which.</param>
    /// <param name="halfOpen">"true", "false" or "" for what the deployment says.</param>
    public async Task AcceptAsync(string end, string halfOpen = "")
    {
        await ClickAsync($"#{end} [name=halfOpen][value=\"{halfOpen}\"]");
        await EventAsync(end, "accepted");
    }

    public async Task SendAsync(string end, string text)
    {
        await FillAsync($"#{end} [name=text]", text);
        await ClickAsync($"#{end} [data-command=send] button");
    }

    public async Task CloseAsync(string end, string code, string reason)
    {
        await FillAsync($"#{end} [name=code]", code);
        await FillAsync($"#{end} [name=reason]", reason);
        await ClickAsync($"#{end} [data-command=close] button");
    }

    public Task EventAsync(string end, string text) => ShowsAsync($"#{end} [data-field=events]", text);

    public Task ReadyStateAsync(string end, string state) => ShowsAsync($"#{end} [data-field=readyState]", state);

    public async Task<string> NodeAsync(string end) =>
        (string)(await browser.EvaluateAsync($"document.querySelector('#{end} [data-field=node]').innerText", cancellationToken))!;

    public Task TimelineAsync(string text) => ShowsAsync("#timeline", text);

    public ValueTask DisposeAsync() => browser.DisposeAsync();

    private Task WaitForAsync(string condition) => browser.WaitForAsync(condition, cancellationToken);

    private Task ShowsAsync(string selector, string text) =>
        WaitForAsync($"{Find(selector)}.innerText.includes({JsonSerializer.Serialize(text)})");

    private async Task ClickAsync(string selector) => await browser.EvaluateAsync($"{Find(selector)}.click()", cancellationToken);

    private async Task FillAsync(string selector, string value) =>
        await browser.EvaluateAsync($"{Find(selector)}.value = {JsonSerializer.Serialize(value)}", cancellationToken);

    private static string Find(string selector) => $"document.querySelector({JsonSerializer.Serialize(selector)})";
}
