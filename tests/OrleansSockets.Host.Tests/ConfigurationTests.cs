using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using OrleansSockets.Storage.Tests.Stores;
using Xunit;

namespace OrleansSockets.Host.Tests;

/// <summary>What is chosen by configuration alone.</summary>
public class ConfigurationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Clustering:Provider is 'Zookeeper'; it can be Localhost, Redis or AzureTables.", "--Clustering:Provider=Zookeeper")]
    [InlineData("Clustering:Provider is Redis, but Clustering:Redis says nothing.", "--Clustering:Provider=Redis")]
    [InlineData("Storage:Provider is '2'; it can be Sqlite, Memory, Redis or AzureTables.", "--Storage:Provider=2")]
    [InlineData("Storage:Provider is AzureTables: say either AzureTables:ConnectionString, or AzureTables:Endpoint",
        "--Storage:Provider=AzureTables")]
    [InlineData("AzureTables:Endpoint is 'account'", "--Storage:Provider=AzureTables", "--AzureTables:Endpoint=account")]
    [InlineData("it can be Memory, Redis or AzureTables.", "--Storage:Provider=Sqlite", "--Clustering:Provider=Redis",
        "--Clustering:Redis=127.0.0.1:1")]
    [InlineData("Node:Role is 'Boss'; it can be All, Edge or Core.", "--Node:Role=Boss")]
    [InlineData("Membership:Profile is 'Slow'; it can be Balanced, Fast or Orleans.", "--Membership:Profile=Slow")]
    [InlineData("Metrics:Enabled is 'perhaps'; it can be true or false.", "--Metrics:Enabled=perhaps")]
    [InlineData("Silo:Primary is 'here'", "--Silo:Primary=here")]
    [InlineData("Silo:Port is '70000'; it can be a port from 1 to 65535.", "--Silo:Port=70000")]
    [InlineData("EdgeOptions.MaxSockets is -1; it must be at least 1.", "--Edge:MaxSockets=-1")]
    [InlineData("Failed to convert configuration value 'soon' at 'Edge:DrainDelay' to type 'System.TimeSpan'.", "--Edge:DrainDelay=soon")]
    [InlineData("Deployment 'default': Invalid compatibility date: x", "--Deployments:default:Date=x")]
    [InlineData("Admin:Key must have at least 16 characters.", "--Admin:Key=short")]
    [InlineData("Proxy:Allow has 'http://localhost/'; it can be", "--Proxy:Allow:0=http://localhost/")]
    [InlineData("ConnectionString is not one of a storage account.", "--Clustering:Provider=AzureTables",
        "--AzureTables:ConnectionString=x")]
    [InlineData("urls is 'nonsense'; it can be", "--urls=nonsense")]
    [InlineData("Admin:Port is 'x'; it can be a port from 1 to 65535.", "--Admin:Port=x")]
    [InlineData("GrainDirectory:CacheSize must be at least 100.", "--GrainDirectory:CacheSize=0")]
    [InlineData("Silo:Tls:Certificate is set, but Silo:Tls:Key says nothing.", "--Silo:Tls:Certificate=node.pem")]
    [InlineData("Silo:Tls:Certificate: no certificate can be read there", "--Silo:Tls:Certificate=no.pem", "--Silo:Tls:Key=no.key")]
    public async Task Start_WithAValueThatMakesNoSense_EndsWithASentence(string sentence, params string[] arguments)
    {
        var (code, output) = await NodeProcess.RunAsync(Token, arguments);

        Assert.Equal(1, code);
        Assert.Contains(sentence, Assert.Single(Lines(output)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("urls", "--urls=http://127.0.0.1:{0}")]
    [InlineData("urls", "--urls=http://localhost:{0}")]
    [InlineData("Silo:Port", "--Silo:Port={0}")]
    [InlineData("Silo:GatewayPort", "--Silo:GatewayPort={0}")]
    public async Task Start_WithAPortInUse_NamesTheOption(string option, string argument)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var (code, output) = await NodeProcess.RunAsync(Token, string.Format(CultureInfo.InvariantCulture, argument, port));

        Assert.Equal(1, code);
        Assert.Equal(
            $"{option}: the port {port} is in use, by another node or another program; it can be any free one.",
            Assert.Single(Lines(output)));
    }

    // Found out only by trying, for as long as the connection string says: the log before it says more.
    [Fact]
    public async Task Start_WithAStoreThatIsAway_EndsWithASentenceToo()
    {
        var (code, output) = await NodeProcess.RunAsync(
            Token, "--Clustering:Provider=Redis", $"--Clustering:Redis=127.0.0.1:{FreePort.Next()},connectTimeout=1000");

        Assert.Equal(1, code);
        Assert.Contains(
            Lines(output),
            line => line.StartsWith(
                "The node could not be started: It was not possible to connect to the redis server(s).", StringComparison.Ordinal));
        Assert.DoesNotContain("Unhandled exception", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_WithStorageInAFile_SurviveARestart()
    {
        var folder = Directory.CreateTempSubdirectory("orleanssockets-").FullName;
        string[] storage = ["--Storage:Provider=Sqlite", $"--Storage:Path={Path.Combine(folder, "below", "state.db")}"];
        using var http = new HttpClient();
        await using (var node = await NodeProcess.StartAsync(Token, storage))
        {
            await PutAsync(node);
            await PutAsync(node);
            await node.TerminateAsync(Token);
        }

        await using (var node = await NodeProcess.StartAsync(Token, storage))
        {
            var tea = await http.GetFromJsonAsync<JsonNode>(new Uri(node.Address, "admin/deployments/tea"), Token);

            Assert.Equal(2, (long)tea!["revision"]!);
            Assert.Equal("web_socket_manual_reply_to_close", $"{tea["compatibilityFlags"]![0]}");
        }

        Directory.Delete(folder, recursive: true);

        async Task PutAsync(NodeProcess node)
        {
            var settings = new { compatibilityDate = "2026-04-07", compatibilityFlags = new[] { "web_socket_manual_reply_to_close" } };
            using var answer = await http.PutAsJsonAsync(new Uri(node.Address, "admin/deployments/tea"), settings, Token);
            answer.EnsureSuccessStatusCode();
        }
    }

    [Fact]
    public async Task Metrics_IfEnabled_AreGivenToPrometheus()
    {
        await using var node = await NodeProcess.StartAsync(Token, "--Metrics:Enabled=true");
        using (var client = await TestSocket.ConnectAsync(node.Socket("echo"), Token))
        {
            await client.CloseAsync(4001, "done", Token);
        }

        using var http = new HttpClient();
        var figures = await http.GetStringAsync(new Uri(node.Address, "metrics"), Token);

        // One of each source; the dashboard asks for them.
        Assert.Contains("\norleanssockets_pairs_active{", figures, StringComparison.Ordinal);
        Assert.Contains("\norleanssockets_buffered_bytes{", figures, StringComparison.Ordinal);
        Assert.Contains("\norleanssockets_ends_finished_total{", figures, StringComparison.Ordinal);
        Assert.Contains("\norleanssockets_sockets_active{", figures, StringComparison.Ordinal);
        Assert.Contains("\nkestrel_active_connections{", figures, StringComparison.Ordinal);
        Assert.Contains("\ndotnet_process_memory_working_set_bytes{", figures, StringComparison.Ordinal);
        Assert.Contains("\norleans_app_requests_latency_milliseconds_bucket{", figures, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_IfNot_AreNotThere()
    {
        await using var node = await NodeProcess.StartAsync(Token);
        using var http = new HttpClient();

        using var answer = await http.GetAsync(new Uri(node.Address, "metrics"), Token);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static string[] Lines(string output) =>
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
