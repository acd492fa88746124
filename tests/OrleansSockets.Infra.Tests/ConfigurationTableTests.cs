using System.Text.RegularExpressions;
using OrleansSockets.AspNetCore;
using Xunit;

namespace OrleansSockets.Infra.Tests;

/// <summary>What infra/README.md says can be configured is what the server reads. Other tests hold the manifests to that table.</summary>
public partial class ConfigurationTableTests
{
    // Read by ASP.NET Core, and by the server under names that are not known beforehand.
    private static readonly string[] Others = ["ASPNETCORE_URLS", "Deployments:<name>:Date"];

    private static readonly string Host = string.Join(
        '\n', Directory.EnumerateFiles(Checkout.PathOf("src/OrleansSockets.Host"), "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText));

    public static TheoryData<string> Keys =>
        [.. Row().Matches(Checkout.Read("infra/README.md")).SelectMany(row => Key().Matches(row.Value))
            .Select(key => key.Groups["key"].Value)];

    [Theory]
    [MemberData(nameof(Keys))]
    public void Key_IsReadByTheServer(string key)
    {
        var path = key.Split(':');
        Assert.True(
            Others.Contains(key)
            || Host.Contains($"\"{key}\"", StringComparison.Ordinal)
            || (path[0] == "Edge" && typeof(EdgeOptions).GetProperty(path[1]) is not null && ReadsSection(path[0]))
            // A section that is bound to a class of the server.
            || (Regex.IsMatch(Host, $@"public [\w<>?]+ {Regex.Escape(path[^1])} \{{ get; set; \}}") && ReadsSection(path[0])),
            $"Nothing reads {key}.");
    }

    [Fact]
    public void Table_IsThere() => Assert.True(Keys.Count > 15, $"{Keys.Count} keys");

    private static bool ReadsSection(string section) => Host.Contains($"GetSection(\"{section}\")", StringComparison.Ordinal);

    [GeneratedRegex(@"^\| `[^|]*", RegexOptions.Multiline)]
    private static partial Regex Row();

    // Of a list, its first element; the table of files has none.
    [GeneratedRegex(@"`(?<key>[A-Z]\w*(?::[\w<>]+)+?|ASPNETCORE_URLS)(?::0)?`")]
    private static partial Regex Key();
}
