using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Xunit;

namespace OrleansSockets.Host.Tests;

/// <summary>A real browser over TLS, which opens sockets with HTTP/2 where the server offers it.</summary>
public sealed partial class Http2BrowserTests : IAsyncLifetime
{
    private const string Password = "only for this test";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("certificate-");
    private NodeProcess _node = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _node = await NodeProcess.StartAsync(
        Token,
        "--urls", "https://127.0.0.1:0",
        $"--Kestrel:Certificates:Default:Path={WriteCertificate()}",
        $"--Kestrel:Certificates:Default:Password={Password}",
        "--Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics=Information");

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Echo_SeveralSocketsOneAfterTheOther_AllOverHttp2()
    {
        await using var browser = await Browser.OpenAsync(_node.Address, Token);

        var seen = await browser.EvaluateAsync("""
            (async () => {
              const seen = [];
              for (let i = 0; i < 4; i++) {
                await new Promise(done => {
                  const socket = new WebSocket(`wss://${location.host}/echo`);
                  socket.onopen = () => socket.send(`hello ${i}`);
                  socket.onmessage = e => { seen.push(e.data); socket.close(4001, "enough"); };
                  socket.onclose = e => { seen.push(`${e.code} ${e.reason} ${e.wasClean}`); done(); };
                });
              }
              return seen.join("|");
            })()
            """, Token);

        Assert.Equal("hello 0|4001 enough true|hello 1|4001 enough true|hello 2|4001 enough true|hello 3|4001 enough true", (string?)seen);

        // A browser that did not like how a socket ended would have gone back to HTTP/1.1 for the next.
        Assert.Equal(Enumerable.Repeat("HTTP/2 CONNECT", 4), await RequestsAsync("/echo", 4));
    }

    [Fact]
    public async Task Page_WithBothEndsDriven_ItsSocketsGoOverHttp2()
    {
        await using var peer = await _node.StartPeerAsync(Token);
        await using var page = await PairPage.OpenAsync(_node.Address, Token);
        await page.MakePairAsync();
        await page.AcceptAsync("client");
        await page.AcceptAsync("server");

        await page.SendAsync("client", "to the server");
        await page.EventAsync("server", "message \"to the server\"");
        await page.CloseAsync("client", "4001", "enough");
        await page.EventAsync("client", "close event: code 4001, reason \"enough\", wasClean true");

        Assert.Equal(Enumerable.Repeat("HTTP/2 CONNECT", 2), await RequestsAsync("/page/ends/", 2));
    }

    [GeneratedRegex(@"Request starting (\S+ \S+) \S+?://[^/ ]+(\S+)")]
    private static partial Regex RequestStarting();

    // The server's own word for it; what it says takes a moment to come here.
    private async Task<IEnumerable<string>> RequestsAsync(string path, int count)
    {
        while (true)
        {
            var requests = RequestStarting().Matches(_node.Output)
                .Where(request => request.Groups[2].Value.StartsWith(path, StringComparison.Ordinal))
                    .Select(request => request.Groups[1].Value).ToList();
            if (requests.Count >= count)
            {
                return requests;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
        }
    }

    private string WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var path = Path.Combine(_folder.FullName, "node.pfx");
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pfx, Password));
        return path;
    }
}
