using System.Text.RegularExpressions;
using Xunit;

namespace OrleansSockets.Architecture.Tests;

/// <summary>The two commands that README promises are the ones that are really used.</summary>
public partial class CommandTests
{
    private const string RunCommand = "dotnet run --project src/OrleansSockets.Host";
    private const string TestCommand = "dotnet test --solution OrleansSockets.sln -c Release --max-parallel-test-modules 1";

    [Theory]
    [InlineData(RunCommand)]
    [InlineData(TestCommand)]
    public void Readme_GivesTheCommand_OnALineOfItsOwn(string command)
    {
        Assert.Contains(command, Lines("README.md"));
    }

    [Fact]
    public void ContinuousRun_RunsTheTestCommandOfTheReadme()
    {
        Assert.Contains(Lines(".ci/run"), line => line.StartsWith(TestCommand + " ", StringComparison.Ordinal));
    }

    [Fact]
    public void ExamplesOfTheReadme_AreCompiledLineByLine()
    {
        var compiled = Repository.Files("*Example*.cs").SelectMany(File.ReadAllLines).Select(line => line.Trim()).ToHashSet();
        var shown = Example().Matches(Repository.Read("README.md"))
            .SelectMany(example => example.Groups["code"].Value.Split('\n'))
            .Select(line => line.Trim())
            .Where(line => line.Length > 0)
            .ToList();

        Assert.NotEmpty(shown);
        Assert.Empty(shown.Except(compiled));
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("infra/README.md")]
    public void Links_OfAReadme_LeadSomewhere(string readme)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, readme))!;
        var links = Link().Matches(Repository.Read(readme)).Select(link => link.Groups["path"].Value).ToList();

        Assert.DoesNotContain(links, link => !Path.Exists(Path.Combine(folder, link)));
    }

    [Fact]
    public void PathsInTheReadme_Exist()
    {
        var paths = SourcePath().Matches(Repository.Read("README.md")).Select(path => path.Groups["path"].Value).ToList();

        Assert.NotEmpty(paths);
        Assert.DoesNotContain(paths, path => !Path.Exists(Path.Combine(Repository.Root, path)));
    }

    [Theory]
    [InlineData("docker-compose.yml")]
    [InlineData("infra/Dockerfile")]
    public void ContainerFile_SetsOnlyKeysThatTheReadmeExplains(string file)
    {
        var explained = Repository.Read("infra/README.md");
        var keys = ConfigurationKey()
            .Matches(Repository.Read(file)).Select(key => key.Value.Replace("__", ":", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(keys);
        Assert.All(keys, key => Assert.Contains($"`{key}`", explained, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\]\((?!\w+:)(?<path>[^)#]+)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`(?<path>(?:src|tests|infra)/[\w./-]+)`")]
    private static partial Regex SourcePath();

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();

    // Of a list, the first element's key stands for all.
    [GeneratedRegex(@"\b[A-Z]\w*?__\w+?(?=:|=)(?<!__[1-9])")]
    private static partial Regex ConfigurationKey();

    private static IEnumerable<string> Lines(string file) => Repository.Read(file).Split('\n').Select(line => line.Trim());
}
