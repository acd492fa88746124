using System.Text.RegularExpressions;
using Xunit;

namespace OrleansSockets.Infra.Tests;

/// <summary>infra/Dockerfile, without an engine.</summary>
public partial class DockerfileTests
{
    private const string Dockerfile = "infra/Dockerfile";
    private const string HowToInstall =
        "Install Node.js with npm (Debian: apt-get install nodejs npm); they install the rest by themselves.";

    private static readonly string[] Packages = ["package.json", "package-lock.json"];
    // By MSBuild and the SDK. The first of them names others.
    private static readonly string[] ReadByThemselves = ["src", "global.json", "Directory.Build.props", "Directory.Packages.props"];
    private static readonly string Text = Checkout.Read(Dockerfile);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dockerfile_IsClean()
    {
        var (code, output) = await LintAsync(Text);

        Assert.True(code == 0, output);
    }

    [Theory]
    [InlineData("EXPOSE 8080", "EXPOSE eight")]
    [InlineData("WORKDIR", "WORKDIRECTORY")]
    [InlineData("--timeout=3s", "--timeouts=3s")]
    public async Task Dockerfile_WithAMistake_IsNot(string right, string wrong)
    {
        var broken = Text.Replace(right, wrong, StringComparison.Ordinal);
        Assert.NotEqual(Text, broken);

        var (code, _) = await LintAsync(broken);

        Assert.NotEqual(0, code);
    }

    [Fact]
    public void Image_RunsWithoutRights_AndGetsSignals()
    {
        var last = Text[Text.LastIndexOf("\nFROM ", StringComparison.Ordinal)..];

        Assert.Matches(@"(?m)^USER \$APP_UID$", last);
        Assert.Matches(@"(?m)^ENTRYPOINT \[", last);
        Assert.Contains("/health/ready", last, StringComparison.Ordinal);
        Assert.Equal(2, Text.Split("\nFROM ").Length - 1);
    }

    [Fact]
    public void Context_HoldsAllThatTheBuildNeeds()
    {
        var kept = Checkout.Read("infra/Dockerfile.dockerignore")
            .Split('\n').Where(line => line.StartsWith('!')).Select(line => line[1..]).ToList();
        var needed = ReadByThemselves.Concat(
            NamedFile().Matches(Checkout.Read("Directory.Build.props")).Select(file => file.Groups["top"].Value));

        Assert.Empty(needed.Distinct().Except(kept));
        Assert.All(kept, path => Assert.True(Path.Exists(Checkout.PathOf(path)), path));
    }

    private static async Task<(int ExitCode, string Output)> LintAsync(string text)
    {
        var path = Path.GetTempFileName();
        // The linter knows --start-period, but reads it as --start.
        await File.WriteAllTextAsync(path, text.Replace(" --start-period=30s", "", StringComparison.Ordinal), Token);
        var folder = Checkout.PathOf("artifacts/dockerfilelint");
        var lint = Path.Combine(folder, "node_modules/dockerfilelint/bin/dockerfilelint");
        if (!File.Exists(lint))
        {
            Directory.CreateDirectory(folder);
            foreach (var file in Packages)
            {
                File.Copy(Checkout.PathOf($"tests/OrleansSockets.Infra.Tests/{file}"), Path.Combine(folder, file), overwrite: true);
            }

            var (code, output) = await Tool.RunAsync(
                "npm", HowToInstall, Token, "ci", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts");
            Assert.True(code == 0, output);
        }

        var judgement = await Tool.RunAsync("node", HowToInstall, Token, lint, path);
        File.Delete(path);
        return judgement;
    }

    [GeneratedRegex(@"\$\(MSBuildThisFileDirectory\)(?<top>\.\w+)/")]
    private static partial Regex NamedFile();
}
