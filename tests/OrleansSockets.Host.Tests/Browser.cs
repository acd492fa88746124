using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansSockets.Host.Tests;

/// <summary>Chromium without a window, driven over the DevTools protocol: https://chromedevtools.github.io/devtools-protocol/.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";

    private readonly DirectoryInfo _profile = Directory.CreateTempSubdirectory("chromium-");
    private readonly ChildProcess _process;
    private readonly ClientWebSocket _devTools = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _calls = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _loaded = new();
    private Task _reading = Task.CompletedTask;
    private string? _session;
    private int _lastCall;

    private Browser()
    {
        _process = new ChildProcess(Program,
        [
            "--headless=new", "--remote-debugging-port=0", $"--user-data-dir={_profile.FullName}", "--no-sandbox", "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage", "--ignore-certificate-errors", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "about:blank",
        ]);
    }

    public static async Task<Browser> OpenAsync(Uri page, CancellationToken cancellationToken)
    {
        if (!File.Exists(Program))
        {
            throw new FileNotFoundException("The browser tests need Chromium: apt-get install chromium", Program);
        }

        var browser = new Browser();
        try
        {
            var address = await browser._process.ReadAfterAsync("DevTools listening on ", cancellationToken);
            await browser._devTools.ConnectAsync(new Uri(address), cancellationToken);
            browser._reading = browser.ReadAsync();
            var target = await browser.CallAsync("Target.createTarget", new() { ["url"] = "about:blank" }, cancellationToken);
            var attached = await browser.CallAsync(
                "Target.attachToTarget", new() { ["targetId"] = (string?)target["targetId"], ["flatten"] = true }, cancellationToken);
            browser._session = (string?)attached["sessionId"];
            await browser.CallAsync("Page.enable", [], cancellationToken);
            await browser.CallAsync("Page.setLifecycleEventsEnabled", new() { ["enabled"] = true }, cancellationToken);
            var navigation = await browser.CallAsync("Page.navigate", new() { ["url"] = page.ToString() }, cancellationToken);
            await browser.Loaded((string)navigation["loaderId"]!).Task.WaitAsync(cancellationToken);
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>The value of a JavaScript expression; a promise is awaited, an exception is thrown here.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression, CancellationToken cancellationToken)
    {
        var reply = await CallAsync(
            "Runtime.evaluate",
            new() { ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true },
            cancellationToken);
        return reply["exceptionDetails"] is { } thrown
            ? throw new InvalidOperationException($"{expression}\n{thrown.ToJsonString()}")
            : reply["result"]?["value"];
    }

    /// <summary>Waits until an expression is true; says what the page showed if that never happens.</summary>
    public async Task WaitForAsync(string condition, CancellationToken cancellationToken)
    {
        var became = await EvaluateAsync($$"""
            new Promise(done => {
              const end = performance.now() + 60000;
              const look = () => {
                let yes = false;
                try { yes = !!({{condition}}); } catch { }
                if (yes || performance.now() > end) { done(yes); } else { setTimeout(look, 20); }
              };
              look();
            })
            """, cancellationToken);
        if (!(bool)became!)
        {
            throw new TimeoutException(
                $"Never true on the page: {condition}\n{await EvaluateAsync("document.body.innerText", cancellationToken)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _devTools.Abort();
        await _reading;
        _devTools.Dispose();
        await _process.DisposeAsync();
        _profile.Delete(recursive: true);
    }

    private async Task<JsonNode> CallAsync(string method, JsonObject parameters, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastCall);
        var call = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (_session is not null)
        {
            call["sessionId"] = _session;
        }

        var reply = _calls[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await _devTools.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(call), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        var answer = await reply.Task.WaitAsync(cancellationToken);
        return answer["result"] ?? throw new InvalidOperationException($"{method}: {answer.ToJsonString()}");
    }

    private TaskCompletionSource Loaded(string document) =>
        _loaded.GetOrAdd(document, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                var part = await _devTools.ReceiveAsync(buffer, CancellationToken.None);
                message.Write(buffer, 0, part.Count);
                if (part.EndOfMessage)
                {
                    var node = JsonNode.Parse(message.GetBuffer().AsSpan(0, (int)message.Length))!;
                    message.SetLength(0);
                    if (node["id"] is { } id && _calls.TryRemove((int)id, out var call))
                    {
                        call.SetResult(node);
                    }
                    else if ((string?)node["method"] == "Page.lifecycleEvent" && (string?)node["params"]!["name"] == "load")
                    {
                        Loaded((string)node["params"]!["loaderId"]!).TrySetResult();
                    }
                }
            }
        }
        catch (Exception lost) when (lost is WebSocketException or OperationCanceledException or InvalidOperationException)
        {
            var gone = new IOException("The browser went away.", lost);
            foreach (var call in _calls.Values)
            {
                call.TrySetException(gone);
            }

            foreach (var load in _loaded.Values)
            {
                load.TrySetException(gone);
            }
        }
    }
}
