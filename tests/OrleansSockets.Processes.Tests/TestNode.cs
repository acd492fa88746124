namespace OrleansSockets.Processes.Tests;

/// <summary>A node of these tests' own program, which answers questions that the shipped server does not.</summary>
internal sealed class TestNode : NodeProcess
{
    private TestNode(int port, int silo, int gateway, int primary, NetworkPlace? place, string[] more)
        : base(
            "OrleansSockets.Processes.Node",
            port,
            ["--silo", $"{silo}", "--gateway", $"{gateway}", "--primary", $"{primary}", .. more],
            place)
    {
    }

    /// <summary>The silo's address.</summary>
    public string Silo { get; private set; } = "";

    public static Task<TestNode> StartAsync(
        int port, int silo, int gateway, int primary, CancellationToken cancellation, params string[] more) =>
        StartAsync(new TestNode(port, silo, gateway, primary, null, more), cancellation);

    /// <summary>In a place of its own, on the same ports as the nodes in other places.</summary>
    public static Task<TestNode> StartAsync(
        NetworkPlace place, NetworkPlace first, string profile, CancellationToken cancellation) => StartAsync(
        new TestNode(
            8080,
            11111,
            30000,
            11111,
            place,
            ["--address", $"{place.Address}", "--primaryAddress", $"{first.Address}", "--profile", $"{profile}"]),
        cancellation);

    private static async Task<TestNode> StartAsync(TestNode node, CancellationToken cancellation)
    {
        try
        {
            node.Silo = await node.WaitForAsync("/silo", cancellation);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }
}
