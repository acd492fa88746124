using System.Globalization;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansSockets.AspNetCore.Tests.Endpoints;
using OrleansSockets.Rendezvous;
using OrleansSockets.Tests;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Strangers;

/// <summary>What a client says reaches the other end as it is; it makes no line of a log, a timeline or a document.</summary>
public sealed class ControlCharacterTests(ControlCharacterTests.OneNode one) : IClassFixture<ControlCharacterTests.OneNode>
{
    private const string Mark = "mark";

    public static TheoryData<string> Reasons =>
    [
        $"{Mark}\r\nERROR: forged", $"{Mark}\u001b[2J\u001b]0;title\a", $"{Mark}\u0085next",
        $"{Mark}\u2028line\u2029paragraph", $"{Mark}\u202Eright to left\u2066",
        $"{Mark}</script><img src=x onerror=alert(1)>", $"{Mark}\0nul\b\u007f", $"{Mark}\",\"state\":\"gone",
    ];

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Reason_OfAClient_PassesAndIsWrittenNowhere(string reason)
    {
        var name = Guid.NewGuid();
        using var first = await one.Node.ConnectAsync($"/pairs/{name}/0");
        using var second = await one.Node.ConnectAsync($"/pairs/{name}/1");
        await first.SendTextAsync(reason);
        Assert.Equal($"text {reason}", await second.ReadAsync());
        var pair = await one.Names.FindAsync($"{name}");

        await first.SendCloseAsync(4000, reason);

        Assert.Equal($"close 4000 {reason}", await second.ReadAsync());
        var document = await one.Http.GetStringAsync($"/admin/pairs/{pair}", RawClient.Token);
        Assert.Contains("sent Close", document, StringComparison.Ordinal);
        Assert.DoesNotContain(Mark, document, StringComparison.Ordinal);
        AssertIsEscaped(document);

        await second.SendCloseAsync(4001, reason);
        Assert.Equal($"close 4001 {reason}", await first.ReadAsync());
        Assert.Equal("fin", await first.ReadAsync());
        one.AssertLogIsPlain();
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Reason_OnThePage_IsEscaped(string reason)
    {
        var choices = await one.Http.GetFromJsonAsync<JsonElement>("/page/choices", RawClient.Token);
        var node = Uri.EscapeDataString(choices.GetProperty("nodes")[0].GetProperty("id").GetString()!);
        var deployment = choices.GetProperty("deployments")[0].GetString();
        using var made = await one.Http.PostAsync(
            $"/page/pairs?client={node}&server={node}&clientDeployment={deployment}&serverDeployment={deployment}", null, RawClient.Token);
        var pair = await made.Content.ReadFromJsonAsync<JsonElement>(RawClient.Token);
        using var client = await ControlAsync(pair, 0);
        using var server = await ControlAsync(pair, 1);
        await CommandAsync(client, new { command = "accept" });
        await CommandAsync(server, new { command = "accept" });

        await CommandAsync(client, new { command = "close", code = 4000, reason });

        foreach (var control in new[] { server, client })
        {
            var told = await ReadAsync(control, "close");
            AssertIsEscaped(told);
            Assert.Equal(reason, JsonElement.Parse(told).GetProperty("reason").GetString());
        }

        var story = await one.Http.GetStringAsync($"/page/pairs/{pair.GetProperty("pair").GetString()}", RawClient.Token);
        Assert.Contains("sent Close", story, StringComparison.Ordinal);
        AssertIsEscaped(story);
        one.AssertLogIsPlain();
    }

    // What a terminal or a reader of lines takes for something else than text.
    private static void AssertIsOneLine(string text) => Assert.DoesNotContain(text, character => char.GetUnicodeCategory(character)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static void AssertIsEscaped(string document)
    {
        AssertIsOneLine(document);
        Assert.DoesNotContain('<', document);
    }

    private static Task CommandAsync(ClientWebSocket control, object command) =>
        control.SendAsync(JsonSerializer.SerializeToUtf8Bytes(command), WebSocketMessageType.Text, endOfMessage: true, RawClient.Token);

    private static async Task<string> ReadAsync(ClientWebSocket control, string what)
    {
        var buffer = new byte[4096];
        while (true)
        {
            var received = await control.ReceiveAsync(buffer, RawClient.Token)
                .WaitAsync(RawClient.Patience, TimeProvider.System, RawClient.Token);
            var text = Encoding.UTF8.GetString(buffer, 0, received.Count);
            if (JsonElement.Parse(text).GetProperty("event").GetString() == what)
            {
                return text;
            }
        }
    }

    private async Task<ClientWebSocket> ControlAsync(JsonElement pair, int side)
    {
        var control = new ClientWebSocket();
        var name = pair.GetProperty("ends")[side].GetProperty("name").GetString();
        await control.ConnectAsync(new Uri($"ws://127.0.0.1:{one.Node.Port}/page/ends/{name}"), RawClient.Token);
        await ReadAsync(control, "state");
        return control;
    }

    /// <summary>A node with all that shows what clients do.</summary>
    public sealed class OneNode : IAsyncLifetime
    {
        private readonly RecordedLog _log = new();

        internal EdgeNode Node { get; private set; } = null!;

        internal HttpClient Http { get; private set; } = null!;

        internal HeldNames Names => Node.App.Services.GetRequiredService<HeldNames>();

        public async ValueTask InitializeAsync()
        {
            Node = await EdgeNode.StartAsync(
                app =>
                {
                    app.MapOrleansSocketsAdmin("/admin");
                    app.MapOrleansSocketsPage("/");
                    app.MapWebSocketPairs("/pairs");
                },
                services: services => services.AddSingleton<ILoggerProvider>(_log));
            Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Node.Port}") };
        }

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            await Node.DisposeAsync();
            _log.Dispose();
        }

        internal void AssertLogIsPlain()
        {
            Assert.Empty(_log.With(Mark));
            Assert.All(_log.With(""), line => AssertIsOneLine(line.Text));
        }
    }
}
