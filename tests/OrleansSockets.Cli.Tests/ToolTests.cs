using OrleansSockets.Host.Tests;
using OrleansSockets.Storage.Tests.Stores;
using Xunit;

namespace OrleansSockets.Cli.Tests;

/// <summary>What all commands have in common, and nodes.</summary>
public sealed class ToolTests(OneNode node)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData]
    [InlineData("deployments")]
    [InlineData("deployments", "get")]
    [InlineData("pairs", "close", "x", "--code", "y")]
    [InlineData("nodes", "--url", "nowhere")]
    [InlineData("deployments", "explain")]
    [InlineData("deployments", "diff", "default")]
    [InlineData("deployments", "diff", "default", "manual", "--date", "2026-05-01")]
    public async Task Run_WrongUsage_2(params string[] arguments)
    {
        var run = await Tool.RunAsync(arguments);

        run.Expect(2);
        Assert.NotEqual("", run.Errors);
    }

    [Fact]
    public async Task Run_NobodyThere_3()
    {
        var run = await Tool.RunAsync("nodes", "--url", $"http://127.0.0.1:{FreePort.Next()}");

        run.Expect(3);
        Assert.Contains("cannot be reached", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_ListsTheCommands()
    {
        var help = (await Tool.RunAsync("--help")).Expect(0);

        Assert.Contains("orleans-sockets [command] [options]", help);
        Assert.All(
            "deployments pairs nodes drain".Split(' '),
            command => Assert.Contains(help, line => line.StartsWith(command, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Nodes_OfOne_ShowsIt()
    {
        var lines = (await node.RunAsync("nodes")).Expect(0);

        Assert.Contains(
            lines, line => line.StartsWith(node.Address, StringComparison.Ordinal) && line.Contains(" active ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Drain_WithAKey_TakesTheNodeOutOfService()
    {
        const string Key = "a key for these tests only";
        await using var other = await NodeProcess.StartAsync(Token, $"--Admin:Key={Key}");
        string[] drain = ["drain", $"127.0.0.1:{other.SiloPort}", "--wait", "--url", $"{other.Address}"];

        var refused = await Tool.RunAsync(drain);
        refused.Expect(1);
        Assert.Contains("Admin:Key", refused.Errors, StringComparison.Ordinal);
        var drained = (await Tool.RunAsync([.. drain, "--key", Key])).Expect(0);

        Assert.Contains(drained, line => line.Contains(" draining ", StringComparison.Ordinal));
        using var http = new HttpClient();
        using var ready = await http.GetAsync(new Uri(other.Address, "health/ready"), Token);
        Assert.Equal(503, (int)ready.StatusCode);
    }
}
