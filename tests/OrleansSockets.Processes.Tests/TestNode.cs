namespace OrleansSockets.Processes.Tests;

/// <summary>A node of these tests' own program, which answers questions that the shipped server does not.</summary>
internal sealed class TestNode : NodeProcess
{
    private TestNode(int port, int silo, int gateway, int primary)
        : base("OrleansSockets.Processes.Node", port, ["--silo", $"{silo}", "--gateway", $"{gateway}", "--primary", $"{primary}"])
    {
    }

    /// <summary>The silo's address.</summary>
    public string Silo { get; private set; } = "";

    public static async Task<TestNode> StartAsync(int port, int silo, int gateway, int primary, CancellationToken cancellation)
    {
        var node = new TestNode(port, silo, gateway, primary);
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
