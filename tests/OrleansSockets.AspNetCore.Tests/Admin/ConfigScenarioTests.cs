using System.Globalization;
using System.Text.Json;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Admin;

/// <summary>
/// The recorded scenarios of the topology <c>config</c>, asked over HTTP: what starts there is accepted here, and the same problems are
/// told in the same words.
/// </summary>
public sealed class ConfigScenarioTests(AdminCluster cluster) : IClassFixture<AdminCluster>
{
    private const string Today = "<today>";

    // The limit of the recording program's own age: it does not exist here.
    private const string BeyondBinary = "date-beyond-binary";
    private const string BeyondBinarySentence = "but the newest date supported by this server binary is";

    public static TheoryData<string> Names =>
        [.. Directory.EnumerateFiles(Folder, "*.json").Where(IsConfig).Select(file => Path.GetFileName(file))];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Scenarios");

    private static string Date => TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Effective_OfAScenario_IsAsRecorded(string name)
    {
        var (settings, trace) = await ReadAsync(name);

        var answer = await cluster.Http.PostAsync("effective", settings);

        answer.Expect(IsStarted(trace) ? 200 : 400);
        RequireRecorded(trace, answer);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Put_OfAScenario_IsAsRecorded_AndSoAreItsEffectiveSettings(string name)
    {
        var (settings, trace) = await ReadAsync(name);
        var deployment = $"deployments/{Path.GetFileNameWithoutExtension(name)}";

        var written = await cluster.Http.PutAsync(deployment, settings);
        var effective = await cluster.Http.GetAsync($"{deployment}/effective");

        written.Expect(IsStarted(trace) ? 201 : 400);
        RequireRecorded(trace, written);
        effective.Expect(IsStarted(trace) ? 200 : 404);
        if (IsStarted(trace))
        {
            RequireRecorded(trace, effective);
        }
    }

    [Fact]
    public void Scenarios_AreThere() => Assert.NotEmpty(Names);

    private static void RequireRecorded(JsonElement trace, AdminHttp.Answer answer)
    {
        var kinds = Texts(trace, "kinds").Where(kind => kind != BeyondBinary);
        var messages = Texts(trace, "messages")
            .Where(message => !message.Contains(BeyondBinarySentence, StringComparison.Ordinal))
            .Select(
                message => message[(message.IndexOf(": ", StringComparison.Ordinal) + 2)..].Replace(Today, Date, StringComparison.Ordinal));

        Assert.Equal(kinds, answer.Kinds.Order(StringComparer.Ordinal));
        Assert.Equal(messages.Order(StringComparer.Ordinal), answer.Messages.Order(StringComparer.Ordinal));
    }

    private static bool IsConfig(string file)
    {
        using var scenario = JsonDocument.Parse(File.ReadAllText(file));
        return scenario.RootElement.GetProperty("scenario").GetProperty("topology").ValueEquals("config");
    }

    private static async Task<(object Settings, JsonElement Trace)> ReadAsync(string name)
    {
        var file = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, name), Token)).RootElement;
        var compat = file.GetProperty("scenario").GetProperty("compat");
        var settings = new
        {
            compatibilityDate = compat.TryGetProperty("date", out var date)
                ? date.GetString()?.Replace(Today, Date, StringComparison.Ordinal)
                : null,
            compatibilityFlags = Texts(compat, "flags"),
            experimental = compat.TryGetProperty("experimental", out var experimental) && experimental.GetBoolean(),
        };
        return (settings, file.GetProperty("trace"));
    }

    private static bool IsStarted(JsonElement trace) => trace.GetProperty("started").GetBoolean();

    private static List<string> Texts(JsonElement from, string name) =>
        from.TryGetProperty(name, out var texts) ? [.. texts.EnumerateArray().Select(text => text.GetString()!)] : [];
}
