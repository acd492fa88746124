using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace OrleansSockets.Infra.Tests;

/// <summary>Every figure that the dashboard shows is one that nodes have.</summary>
public partial class DashboardTests
{
    private const string Dashboard = "infra/grafana/dashboards/orleanssockets.json";
    private const string Own = "orleanssockets_";

    // Of the server, the runtime, Orleans and Prometheus itself. Names as a node's /metrics gives them.
    private static readonly HashSet<string> Others =
    [
        "up", "kestrel_active_connections", "kestrel_upgraded_connections",
        "dotnet_process_cpu_time_seconds_total", "dotnet_process_memory_working_set_bytes",
        "orleans_app_requests_latency_milliseconds_bucket",
    ];

    [Fact]
    public void Queries_AskForInstrumentsThatExist()
    {
        var exist = OwnMetrics();
        var asked = Queries()
            .SelectMany(query => MetricName().Matches(Words().Replace(query, "")).Select(name => name.Value)).Distinct().ToList();

        Assert.NotEmpty(exist);
        Assert.Contains(asked, name => name.StartsWith(Own, StringComparison.Ordinal));
        Assert.Empty(asked.Except(exist).Except(Others));
    }

    [Fact]
    public void Instruments_AreAllShown()
    {
        var text = string.Join('\n', Queries());

        Assert.DoesNotContain(OwnMetrics(), metric => !text.Contains(metric, StringComparison.Ordinal));
    }

    // A query for an outcome that nobody counts shows nothing, for ever.
    [Fact]
    public void Outcomes_ThatAreAskedFor_AreCounted()
    {
        var counted = Sources().SelectMany(source => Regex.Matches(source, @"""(?<word>[a-z-]+)"""))
            .Select(word => word.Groups["word"].Value).ToHashSet();
        var asked = Queries().SelectMany(query => Regex.Matches(query, @"outcome=~?""(?<words>[^""]+)"""))
            .SelectMany(words => words.Groups["words"].Value.Split('|')).ToList();

        Assert.NotEmpty(asked);
        Assert.Subset(counted, asked.ToHashSet());
    }

    [Fact]
    public void Panels_HaveIdsOfTheirOwn_AndDoNotOverlap()
    {
        var panels = Json()["panels"]!.AsArray();
        var cells = panels.SelectMany(panel =>
        {
            var at = panel!["gridPos"]!;
            return from x in Enumerable.Range((int)at["x"]!, (int)at["w"]!)
                   from y in Enumerable.Range((int)at["y"]!, (int)at["h"]!)
                   select (x, y);
        }).ToList();

        Assert.Equal(panels.Count, panels.Select(panel => (int)panel!["id"]!).Distinct().Count());
        Assert.Equal(cells.Count, cells.Distinct().Count());
        Assert.All(cells, cell => Assert.InRange(cell.x, 0, 23));
    }

    [Fact]
    public void DataSource_IsTheProvisionedOne()
    {
        var source = Checkout.ReadYaml("infra/grafana/provisioning/datasources/prometheus.yml").Single()["datasources"]![0]!;

        Assert.All(Json()["panels"]!.AsArray(), panel => Assert.Equal($"{source["uid"]}", $"{panel!["datasource"]!["uid"]}"));
    }

    [Fact]
    public void Dashboards_AreWhereGrafanaLooks()
    {
        var provisioning = Checkout.ReadYaml("infra/grafana/provisioning/dashboards/dashboards.yml").Single();
        var folder = $"{provisioning["providers"]![0]!["options"]!["path"]}";

        Assert.Contains($"./infra/grafana/dashboards:{folder}:ro", Checkout.Read("docker-compose.yml"), StringComparison.Ordinal);
    }

    private static JsonNode Json() => JsonNode.Parse(Checkout.Read(Dashboard))!;

    private static IEnumerable<string> Queries() =>
        Json()["panels"]!.AsArray().SelectMany(panel => panel!["targets"]!.AsArray()).Select(target => $"{target!["expr"]}")
            .Concat(Json()["templating"]!["list"]!.AsArray().Select(variable => $"{variable!["query"]}"));

    private static List<string> Sources() =>
        [.. Directory.EnumerateFiles(Checkout.PathOf("src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)];

    // From the code that makes the instruments, as Prometheus names them: the unit's word at the end unless it is there, and _total for
    // what only grows.
    private static HashSet<string> OwnMetrics()
    {
        var sources = Sources();
        var names = sources.SelectMany(source => Constant().Matches(source))
            .Where(match => match.Groups["value"].Value.StartsWith("orleanssockets.", StringComparison.Ordinal))
            .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["value"].Value);
        var metrics = new HashSet<string>();
        foreach (var instrument in sources.SelectMany(source => Instrument().Matches(source)))
        {
            var name = names[instrument.Groups["name"].Value].Replace('.', '_');
            if (instrument.Groups["unit"].Value == "By" && !name.EndsWith("_bytes", StringComparison.Ordinal))
            {
                name += "_bytes";
            }

            metrics.Add(instrument.Groups["kind"].Value == "Counter" ? $"{name}_total" : name);
        }

        return metrics;
    }

    [GeneratedRegex(@"const string (?<name>\w+) = ""(?<value>[^""]+)""")]
    private static partial Regex Constant();

    [GeneratedRegex(
        @"Create(?<kind>Counter|UpDownCounter|ObservableCounter|ObservableUpDownCounter|ObservableGauge|Gauge|Histogram)(?:<\w+>)?"
        + @"\(\w+\.(?<name>\w+),[^""]*""(?<unit>[^""]*)""")]
    private static partial Regex Instrument();

    // What is no name of a metric: label matchers and lists, texts, durations, functions and their words.
    [GeneratedRegex(@"\{[^}]*\}|\[[^\]]*\]|""[^""]*""|\b(?:by|without) \([^)]*\)|,\s*instance\)|\b\w+(?=\()|\b(?:or|and|sum)\b|\b\d+\w*")]
    private static partial Regex Words();

    [GeneratedRegex(@"[a-z_][a-z0-9_]*")]
    private static partial Regex MetricName();
}
