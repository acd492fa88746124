using System.Globalization;
using System.Text.Json;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Admin;

/// <summary>The recorded scenarios of the topology <c>config</c>, asked over HTTP.</summary>
public sealed class ConfigScenarioTests(AdminCluster cluster) : IClassFixture<AdminCluster>
{
    private const string Today = "<today>";

    // The limit of the recording program's own age: it does not exist here.
    private const string BeyondBinary = "date-beyond-binary";

    public static TheoryData<string> Names => [.. Directory.EnumerateFiles(Folder, "config-*.json").Select(file => Path.GetFileName(file))];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Scenarios");

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Effective_OfAScenario_GivesTheRecordedKinds(string name)
    {
        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, name), TestContext.Current.CancellationToken));
        var compat = file.RootElement.GetProperty("scenario").GetProperty("compat");
        var trace = file.RootElement.GetProperty("trace");
        var today = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var date = compat.TryGetProperty("date", out var given) ? given.GetString()?.Replace(Today, today, StringComparison.Ordinal) : null;

        var answer = await cluster.Http.PostAsync("effective", new
        {
            compatibilityDate = date,
            compatibilityFlags = compat.TryGetProperty("flags", out var flags) ? flags.EnumerateArray().Select(flag => flag.GetString()) : [],
            experimental = compat.TryGetProperty("experimental", out var experimental) && experimental.GetBoolean(),
        });

        answer.Expect(trace.GetProperty("started").GetBoolean() ? 200 : 400);
        var recorded = trace.GetProperty("kinds").EnumerateArray().Select(kind => kind.GetString()!).Where(kind => kind != BeyondBinary);
        Assert.Equal(recorded, answer.Kinds.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Scenarios_AreThere() => Assert.NotEmpty(Names);
}
