using System.Text.RegularExpressions;
using Xunit;

namespace OrleansSockets.Infra.Tests;

/// <summary>What can be said of the Bicep files without their compiler.</summary>
public partial class BicepTests
{
    private static readonly string Main = Checkout.Read("infra/bicep/main.bicep");
    private static readonly string Node = Checkout.Read("infra/bicep/node.bicep");

    [Fact]
    public void Files_HoldNoSecrets_AndAskForNone()
    {
        Assert.All([Main, Node], text => Assert.DoesNotMatch("(?i)@secure|listKeys|secretRef|AccountKey|connectionString|password", text));
        Assert.Contains("allowSharedKeyAccess: false", Main, StringComparison.Ordinal);
    }

    [Fact]
    public void Identity_MayReadAndWriteTables()
    {
        // Storage Table Data Contributor: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage
        Assert.Contains("'0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'", Main, StringComparison.Ordinal);
        Assert.Contains("roleDefinitionId: storageTableDataContributor", Main, StringComparison.Ordinal);
        Assert.Contains("scope: storage", Main, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("edge")]
    [InlineData("core")]
    public void Module_GivesEveryParameterOfANode(string module)
    {
        var given = Regex.Match(
            Main,
            $@"module {module} 'node\.bicep' = \{{.*?params: \{{(?<params>.*?)\n  \}}",
            RegexOptions.Singleline).Groups["params"].Value;

        Assert.Equal(Parameters(Node).Order(), Assignment().Matches(given).Select(assignment => assignment.Groups["name"].Value).Order());
    }

    [Fact]
    public void Parameters_AreUsed()
    {
        foreach (var text in new[] { Main, Node })
        {
            Assert.NotEmpty(Parameters(text));
            Assert.All(Parameters(text), name => Assert.True(Regex.Count(text, $@"\b{name}\b") > 1, name));
        }
    }

    [Fact]
    public void Brackets_AreComplete()
    {
        foreach (var (open, close) in new[] { ('{', '}'), ('[', ']'), ('(', ')') })
        {
            Assert.All([Main, Node], text => Assert.Equal(text.Count(c => c == open), text.Count(c => c == close)));
        }
    }

    [Fact]
    public void Replica_GetsLongerThanItsShutdownTakes()
    {
        var grace = Regex.Match(Node, @"terminationGracePeriodSeconds: (\d+)").Groups[1].Value;

        Assert.True(Shutdown.Parse(grace) > Shutdown.Longest);
    }

    [Fact]
    public void Environment_IsExplained()
    {
        var explained = Checkout.Read("infra/README.md");
        var settings = Setting()
            .Matches(Node).Select(setting => setting.Value.Replace("__", ":", StringComparison.Ordinal)).Distinct().ToList();

        Assert.NotEmpty(settings);
        Assert.All(settings, setting => Assert.Contains($"`{setting}", explained, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Parameters(string text) =>
        Parameter().Matches(text).Select(parameter => parameter.Groups["name"].Value);

    [GeneratedRegex(@"^param (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^    (?<name>\w+):", RegexOptions.Multiline)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"\b[A-Z]\w*?__[A-Za-z]+")]
    private static partial Regex Setting();
}
