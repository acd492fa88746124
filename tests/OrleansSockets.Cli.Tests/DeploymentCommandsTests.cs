using Xunit;

namespace OrleansSockets.Cli.Tests;

public sealed class DeploymentCommandsTests(OneNode node)
{
    [Fact]
    public async Task List_OfAFreshNode_ShowsATable()
    {
        var lines = (await node.RunAsync("deployments", "list")).Expect(0);

        Assert.StartsWith("NAME", lines[0], StringComparison.Ordinal);
        Assert.Contains(
            lines, line => line.StartsWith("default ", StringComparison.Ordinal) && line.Contains("2026-04-07", StringComparison.Ordinal));
        Assert.Contains(
            lines,
            line => line.StartsWith("manual ", StringComparison.Ordinal) && line.Contains(
                "web_socket_manual_reply_to_close", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Put_GetAndDelete_GoRound()
    {
        (
            await node.RunAsync(
                "deployments",
                "put",
                "round",
                "--date",
                "2026-04-07",
                "--flag",
                "web_socket_manual_reply_to_close",
                "--flag",
                "pedantic_wpt",
                "--new")).Expect(0);
        (await node.RunAsync("deployments", "put", "round", "--date", "2026-04-07", "--new")).Expect(1);

        var read = await node.RunAsync("deployments", "get", "round", "--json");
        read.Expect(0);
        Assert.Equal(1, read.Json.GetProperty("revision").GetInt32());
        Assert.Equal(
            ["web_socket_manual_reply_to_close", "pedantic_wpt"],
            read.Json.GetProperty("compatibilityFlags").EnumerateArray().Select(flag => flag.GetString()));

        (await node.RunAsync("deployments", "delete", "round", "--revision", "2")).Expect(1);
        (await node.RunAsync("deployments", "delete", "round", "--revision", "1")).Expect(0);
        (await node.RunAsync("deployments", "get", "round")).Expect(1);
    }

    [Fact]
    public async Task Put_OverAnotherRevision_IsRefusedWithASentence()
    {
        (await node.RunAsync("deployments", "put", "revised", "--date", "2026-04-07")).Expect(0);

        var refused = await node.RunAsync("deployments", "put", "revised", "--date", "2026-04-07", "--revision", "7");

        refused.Expect(1);
        Assert.Equal("The deployment 'revised' is at revision 1.", refused.Errors.Trim());
    }

    [Fact]
    public async Task Put_ManyMistakes_PrintsAll()
    {
        var refused = await node.RunAsync("deployments", "put", "wrong", "--date", "2026-13-01", "--flag", "no_such_flag");

        refused.Expect(1);
        Assert.Equal(
            ["Invalid compatibility date: 2026-13-01", "No such compatibility flag: no_such_flag"], refused.Errors.Split(
                '\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Explain_OfADeploymentOrADate_GivesTheReasons()
    {
        var stored = (await node.RunAsync("deployments", "explain", "manual")).Expect(0);
        var asked = (await node.RunAsync("deployments", "explain", "--date", "2026-05-01")).Expect(0);

        Assert.Contains("auto-reply to Close: off, because the flag web_socket_manual_reply_to_close is given", stored);
        Assert.Contains("auto-reply to Close: on, because the date 2026-05-01 is on or after 2026-04-07", asked);
        Assert.Contains("exceptions of listeners are reported: off, because the date 2026-05-01 is before 2026-09-15", asked);
        Assert.Contains(
            "pending I/O prevents eviction: off, because the date 2026-05-01 is before 2026-10-01; it has no effect here", asked);
    }

    [Fact]
    public async Task Diff_ListsWhatChanges()
    {
        var lines = (await node.RunAsync("deployments", "diff", "default", "manual")).Expect(0);
        var same = (await node.RunAsync("deployments", "diff", "default", "--date", "2026-05-01")).Expect(0);

        Assert.Equal(2, lines.Length);
        Assert.Matches("^auto-reply to Close +on +off +off, because the flag", lines[1]);
        Assert.Equal(["Nothing changes."], same);
    }
}
