using System.Text.Json.Nodes;
using NJsonSchema;
using Xunit;

namespace OrleansSockets.Infra.Tests;

/// <summary>docker-compose.yml, without an engine.</summary>
public class ComposeTests
{
    private const string File = "docker-compose.yml";

    private static readonly JsonObject Services = Checkout.ReadYaml(File).Single()["services"]!.AsObject();
    private static readonly string[] Nodes = ["edge-a", "edge-b", "core-a", "core-b"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task File_FollowsTheComposeSpecification()
    {
        Assert.Empty(await ValidateAsync(Checkout.Read(File)));
    }

    [Theory]
    [InlineData("depends_on:", "depend_on:")]
    [InlineData("    stop_grace_period", "    stop_grace_periods")]
    [InlineData("stop_grace_period: 45s", "stop_grace_period: [45]")]
    [InlineData("condition: service_healthy", "condition: service_is_healthy")]
    [InlineData("volumes:\n  tables:", "volume:\n  tables:")]
    public async Task File_WithAMistake_DoesNot(string right, string wrong)
    {
        var text = Checkout.Read(File);
        var broken = text.Replace(right.TrimStart(), wrong.TrimStart(), StringComparison.Ordinal);

        Assert.NotEqual(text, broken);
        Assert.NotEmpty(await ValidateAsync(broken));
    }

    [Fact]
    public void Services_AreTheTopology()
    {
        string[] wanted = [.. Nodes, "azurite", "grafana", "load-balancer", "prometheus"];

        Assert.Equal(wanted.Order(), Services.Select(service => service.Key).Order());
        Assert.Equal(
            ["Edge", "Edge", "Core", "Core"], Nodes.Select(node => Services[node]!["environment"]!["Node__Role"]!.GetValue<string>()));
    }

    [Fact]
    public void Nodes_GetLongerThanTheirShutdownTakes_AndComeBack()
    {
        Assert.All(Nodes, node =>
        {
            Assert.True(Shutdown.Parse(Services[node]!["stop_grace_period"]!.GetValue<string>()) > Shutdown.Longest);
            Assert.Equal("unless-stopped", Services[node]!["restart"]!.GetValue<string>());
        });
    }

    // Tried on the program itself, by the tests of infra/local/run: at SIGTERM it forgets the last seconds.
    [Fact]
    public void Azurite_IsToldToEndByTheSignalAtWhichItSaves()
    {
        Assert.Equal("SIGINT", $"{Services["azurite"]!["stop_signal"]}");
    }

    [Fact]
    public void DependsOn_NamesServices_ThatHaveHealthChecksWhereThatIsWaitedFor()
    {
        var seen = 0;
        foreach (var (name, service) in Services)
        {
            if (service!["depends_on"] is not JsonObject dependencies)
            {
                continue;
            }

            foreach (var (needed, how) in dependencies)
            {
                seen++;
                Assert.True(Services.ContainsKey(needed), $"{name} depends on {needed}");
                // The nodes' own check is in their image.
                Assert.True(
                    Nodes.Contains(needed) || Services[needed]!["healthcheck"] is not null,
                    $"{needed} has no health check, but {name} waits for it ({how})");
            }
        }

        Assert.True(seen > 0);
        Assert.Contains("HEALTHCHECK", Checkout.Read("infra/Dockerfile"), StringComparison.Ordinal);
    }

    [Fact]
    public void Volumes_OfFiles_AreInTheRepository()
    {
        var files = Services.SelectMany(service => service.Value!["volumes"]?.AsArray() ?? [])
            .Select(volume => volume!.GetValue<string>().Split(':')[0])
            .Where(source => source.StartsWith("./", StringComparison.Ordinal))
            .ToList();

        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.True(Path.Exists(Checkout.PathOf(file)), file));
    }

    [Fact]
    public void Ports_AreOpenOnTheLoopbackAddressOnly()
    {
        var ports = Services.SelectMany(service => service.Value!["ports"]?.AsArray() ?? [])
            .Select(port => port!.GetValue<string>()).ToList();

        Assert.NotEmpty(ports);
        Assert.All(ports, port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
    }

    [Fact]
    public void Images_NameAVersion()
    {
        var images = Services.Where(service => !Nodes.Contains(service.Key))
            .Select(service => service.Value!["image"]!.GetValue<string>()).ToList();

        Assert.NotEmpty(images);
        Assert.All(images, image => Assert.Matches(@":v?\d+\.\d+", image));
    }

    [Fact]
    public void Prometheus_ScrapesEveryNode()
    {
        var targets = Checkout.ReadYaml("infra/prometheus/prometheus.yml").Single()["scrape_configs"]!.AsArray()
            .SelectMany(job => job!["static_configs"]!.AsArray())
            .SelectMany(config => config!["targets"]!.AsArray())
            .Select(target => target!.GetValue<string>());

        Assert.Equal(Nodes.Select(node => $"{node}:8080").Order(), targets.Order());
    }

    private static async Task<IEnumerable<string>> ValidateAsync(string compose)
    {
        var schema = await JsonSchema.FromFileAsync(Checkout.PathOf("tests/OrleansSockets.Infra.Tests/Schemas/compose-spec.json"), Token);
        return schema.Validate(Checkout.ParseYaml(compose).Single().ToJsonString()).Select(error => error.ToString());
    }
}
