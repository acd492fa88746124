using Xunit;

namespace OrleansSockets.Infra.Tests;

/// <summary>Shell scripts.</summary>
public class ScriptTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("infra/local/run")]
    [InlineData(".ci/run")]
    public async Task Script_IsClean(string script)
    {
        var (code, output) = await CheckAsync(Checkout.PathOf(script));

        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task LocalScript_CanBeStarted()
    {
        var (code, output) = await Tool.RunAsync("test", "It is a part of every Unix.", Token, "-x", Checkout.PathOf("infra/local/run"));

        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task Script_WithAnUnquotedPath_IsNot()
    {
        var script = Path.GetTempFileName();
        await File.WriteAllTextAsync(script, "#!/usr/bin/env bash\nrm -rf $1/tables\n", Token);

        var (code, output) = await CheckAsync(script);
        File.Delete(script);

        Assert.Equal(1, code);
        Assert.Contains("SC2086", output, StringComparison.Ordinal);
    }

    private static Task<(int ExitCode, string Output)> CheckAsync(string path) =>
        Tool.RunAsync("shellcheck", "Debian: apt-get install shellcheck.", Token, path);
}
