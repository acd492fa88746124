using System.Net.Http.Headers;
using OrleansSockets.Host.Tests;

namespace OrleansSockets.Processes.Tests.Hosts;

/// <summary>A node of the shipped server.</summary>
internal sealed class HostNode : NodeProcess
{
    private const string AdminKey = "a key for these tests only";

    private HostNode(int port, int silo, int gateway, string tables)
        : base(
            "OrleansSockets.Host",
            port,
            [
                "--Silo:Address=127.0.0.1", $"--Silo:Port={silo}", $"--Silo:GatewayPort={gateway}",
                "--Clustering:Provider=AzureTables", "--Storage:Provider=AzureTables", $"--AzureTables:ConnectionString={tables}",
                "--Membership:Profile=Fast", $"--Admin:Key={AdminKey}",
            ])
    {
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
        Silo = $"127.0.0.1:{silo}";
        Admin = new AdminClient(Http);
    }

    /// <summary>What the others call it.</summary>
    public string Silo { get; }

    public AdminClient Admin { get; }

    public Task<TestSocket> OpenAsync(string path) => TestSocket.ConnectAsync(Socket(path), TestContext.Current.CancellationToken);

    public static async Task<HostNode> StartAsync(int port, int silo, int gateway, string tables, CancellationToken cancellation)
    {
        var node = new HostNode(port, silo, gateway, tables);
        try
        {
            await node.WaitForAsync("/health/ready", cancellation);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }
}
