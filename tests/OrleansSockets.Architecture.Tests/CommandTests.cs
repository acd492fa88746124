using Xunit;

namespace OrleansSockets.Architecture.Tests;

/// <summary>The two commands that README promises are the ones that are really used.</summary>
public class CommandTests
{
    private const string RunCommand = "dotnet run --project src/OrleansSockets.Host";
    private const string TestCommand = "dotnet test --solution OrleansSockets.sln -c Release";

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

    private static IEnumerable<string> Lines(string file) => Repository.Read(file).Split('\n').Select(line => line.Trim());
}
