using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace OrleansSockets.Host.Tests;

/// <summary>Whatever a stranger chooses in a request, the program's answer is no 500, and it goes on.</summary>
public sealed class StrangerTests(RunningNode running) : IClassFixture<RunningNode>
{
    private const int Handshakes = 20_000;
    private const int AtATime = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly string[] Paths =
    [
        "/echo", "/pairs/{0}/0", "/pairs/{0}/{0}", "/rooms/{0}", "/rooms/{0}?name={0}", "/proxy?to={0}", "/proxy?to=ws://{0}",
        "/proxy?to=ws://127.0.0.1:1/{0}",
        "/page/pairs/{0}", "/page/ends/{0}", "/page/pairs?client={0}&server={0}&clientDeployment={0}&serverDeployment={0}",
        "/admin/pairs/{0}",
        "/admin/pairs?state={0}&node={0}&limit={0}&after={0}", "/admin/deployments/{0}", "/admin/nodes/{0}/drain", "/{0}", "/health/{0}",
    ];

    private static readonly string[] Values =
    [
        "", "x", "-1", "0", "99999999999999999999", "NaN", "%00", "%0d%0aX:1", "%1b[2J", "%ff%fe", "%c3%28", "%ed%a0%80", "..%2f..%2fadmin",
        "%25", "a%2fb", "a/b", "#fragment",
        "ws://127.0.0.1:1/#fragment", "ws://user:pass@127.0.0.1/", "ws://[::1]:1/", "ws://%00/", "http://127.0.0.1/", "//127.0.0.1", "ws:",
        "ws://", "javascript:1",
        "{0}", "';--", "<script>", "\u00e9", new string('n', 257), new string('n', 3000),
    ];

    private static readonly (string Name, string[] Values)[] Headers =
    [
        ("Connection", ["Upgrade", "upgrade, keep-alive", "close", "", "Upgrade, Upgrade"]),
        ("Upgrade", ["websocket", "WebSocket", "h2c", "", "websocket, websocket", "websocket/13"]),
        ("Sec-WebSocket-Version", ["13", "12", "", "13, 8", "99999999999999999999", "x"]),
        ("Sec-WebSocket-Key", ["dGhlIHNhbXBsZSBub25jZQ==", "", "x", "dGhlIHNhbXBsZSBub25jZQ", "====", new string('A', 5000)]),
        ("Sec-WebSocket-Protocol", ["chat", "", ",,,", "a, a", "a b", new string('p', 300), "\u00e9"]),
        ("Sec-WebSocket-Extensions", ["permessage-deflate", "permessage-deflate; server_max_window_bits=99", ";;;", ""]),
        ("Origin", ["https://example.com", "null", "", "x", "http://localhost"]),
        ("Host", ["test", "", "example.com:99999", "[::1]", "a b"]),
        ("Authorization", ["Bearer", "Bearer x", "Basic !!!", ""]),
        ("If-Match", ["*", "\"x\"", "x", "\"99999999999999999999\""]),
        ("Content-Length", ["0", "-1", "x", "5"]),
        ("Forwarded", ["for=\"", "for=127.0.0.1;;"]),
        ("Cookie", ["a=b", new string('c', 4000)]),
    ];

    private readonly NodeProcess _node = running.Node;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Handshakes_MutatedInEveryPart_No500AndTheNodeGoesOn()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var answers = new int[600];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Handshakes),
            new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = Token },
            async (i, _) =>
            {
                var request = Mutate(new Random(seed + i));
                var status = await AskAsync(request);
                Interlocked.Increment(ref answers[status]);
                Assert.True(status != 500, $"500 for:\n{request}");
            });
        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Join(
                ", ",
                answers.Select((count, status) => (count, status)).Where(answer => answer.count > 0)
                    .Select(answer => $"{answer.status}: {answer.count}")));

        // It is no answer to all that the node is gone.
        Assert.True(answers[101] > 0 && answers[400] > 0, "Hardly anything was understood.");
        using var client = await TestSocket.ConnectAsync(_node.Socket("echo"), Token);
        await client.SendAsync("still there?", Token);
        Assert.Equal("still there?", await client.ReceiveAsync(Token));
    }

    [Fact]
    public async Task Proxy_ATargetWithAFragment_IsForbiddenAndNoFault()
    {
        await using var node = await NodeProcess.StartAsync(Token, "--Proxy:Allow:0=ws://127.0.0.1:1");

        Assert.Equal(403, await AskAsync(Upgrade("/proxy?to=ws://127.0.0.1:1/%23fragment"), node.Address.Port));
    }

    [Theory]
    [InlineData("GET /proxy?to=ws://127.0.0.1:{0}/ HTTP/1.1\r\nHost: test\r\n\r\n", 426)]
    [InlineData(
        "GET /proxy?to=ws://127.0.0.1:{0}/ HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "
            + "13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: https://example.com\r\n\r\n", 403)]
    public async Task Proxy_ARequestThatIsRefused_NeverReachesTheBackend(string request, int status)
    {
        using var backend = new TcpListener(IPAddress.Loopback, 0);
        backend.Start();
        var port = ((IPEndPoint)backend.LocalEndpoint).Port;
        await using var node = await NodeProcess.StartAsync(Token, $"--Proxy:Allow:0=ws://127.0.0.1:{port}", "--environment=Production");

        Assert.Equal(status, await AskAsync(string.Format(null, request, port), node.Address.Port));
        Assert.False(backend.Pending());
    }

    private static string Upgrade(string target) =>
        $"GET {target} HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    private static string Mutate(Random random)
    {
        var value = Values[random.Next(Values.Length)];
        var path = Paths[random.Next(Paths.Length)].Replace("{0}", value, StringComparison.Ordinal);
        var request = new StringBuilder();
        string[] methods = ["GET", "GET", "GET", "GET", "POST", "PUT", "DELETE", "CONNECT", "HEAD", "OPTIONS", "PATCH", "get", "\u0001"];
        request.Append(null, $"{methods[random.Next(methods.Length)]} {path} HTTP/1.1\r\n");
        foreach (var (name, values) in Headers)
        {
            // Mostly right, so that the mistakes get far.
            var mistake = random.Next(6) == 0;
            if (
                random.Next(12) != 0
                    && (mistake || name is "Connection" or "Upgrade" or "Sec-WebSocket-Version" or "Sec-WebSocket-Key" or "Host"))
            {
                request.Append(null, $"{name}: {values[mistake ? random.Next(values.Length) : 0]}\r\n");
            }
        }

        var text = request.Append("\r\n").ToString();
        return random.Next(20) != 0
            ? text
            : text.Remove(random.Next(text.Length), 1).Insert(random.Next(text.Length - 1), $"{(char)random.Next(256)}");
    }

    private async Task<int> AskAsync(string request, int? port = null)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port ?? _node.Address.Port, Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), Token);
        var head = new byte[12];
        try
        {
            var reading = stream.ReadExactlyAsync(head, Token).AsTask();

            // It ends a plain request; without it, the server waits for the rest of half a one.
            await reading.WaitAsync(Patience, TimeProvider.System, Token).ContinueWith(static _ => { }, TaskScheduler.Default);
            if (!reading.IsCompleted)
            {
                client.Client.Shutdown(SocketShutdown.Send);
            }

            await reading.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Token);
        }
        catch (IOException)
        {
            // Not even the beginning of an answer: what was said was no HTTP.
            return 0;
        }
        finally
        {
            client.Client.Close(0);
        }

        return int.Parse(Encoding.ASCII.GetString(head, 9, 3), System.Globalization.CultureInfo.InvariantCulture);
    }
}
