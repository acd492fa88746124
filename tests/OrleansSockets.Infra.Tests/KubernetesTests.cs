using System.Text.Json.Nodes;
using Xunit;

namespace OrleansSockets.Infra.Tests;

/// <summary>The manifests, without a cluster.</summary>
public class KubernetesTests
{
    private const string Folder = "infra/kubernetes";

    private static readonly JsonNode Kustomization = Checkout.ReadYaml($"{Folder}/kustomization.yaml").Single();
    private static readonly List<JsonNode> Resources =
        [.. Kustomization["resources"]!.AsArray().SelectMany(file => Checkout.ReadYaml($"{Folder}/{file}"))];

    public static TheoryData<string> Workloads => ["edge", "core"];

    [Fact]
    public void Kustomization_ListsEveryManifest()
    {
        var files = Directory.EnumerateFiles(Checkout.PathOf(Folder), "*.yaml").Select(path => Path.GetFileName(path))
            .Where(name => name != "kustomization.yaml");

        Assert.Equal(files.Order(), Kustomization["resources"]!.AsArray().Select(file => $"{file}").Order());
        Assert.All(Resources, resource =>
        {
            Assert.False(string.IsNullOrEmpty($"{resource["apiVersion"]}"));
            Assert.False(string.IsNullOrEmpty($"{resource["metadata"]!["name"]}"));
        });
        Assert.Equal(
            Resources.Count, Resources.Select(resource => $"{resource["kind"]}/{resource["metadata"]!["name"]}").Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void Pod_ReceivesClientsOnlyWhenReady_AndIsRestartedOnlyWhenItCannotAnswer(string workload)
    {
        var container = Container(workload);

        Assert.Equal("/health/ready", $"{container["readinessProbe"]!["httpGet"]!["path"]}");
        Assert.Equal("/health/ready", $"{container["startupProbe"]!["httpGet"]!["path"]}");
        Assert.Equal("/health/live", $"{container["livenessProbe"]!["httpGet"]!["path"]}");
        var ports = container["ports"]!.AsArray().Select(port => $"{port!["name"]}").ToList();
        foreach (var probe in new[] { "readinessProbe", "startupProbe", "livenessProbe" })
        {
            Assert.Contains($"{container[probe]!["httpGet"]!["port"]}", ports);
        }
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void Pod_GetsLongerThanItsDrainTakes(string workload)
    {
        var preStop = Container(workload)["lifecycle"]!["preStop"]!["exec"]!["command"]!.AsArray();
        Assert.Equal("sleep", $"{preStop[0]}");
        var grace = TimeSpan.FromSeconds(Pod(workload)["terminationGracePeriodSeconds"]!.GetValue<int>());

        Assert.True(grace > Shutdown.Parse($"{preStop[1]}") + Shutdown.Longest, $"{grace} is not above preStop and {Shutdown.Longest}");
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void Pod_HasNoRights(string workload)
    {
        var rights = Container(workload)["securityContext"]!;

        Assert.True(Pod(workload)["securityContext"]!["runAsNonRoot"]!.GetValue<bool>());
        Assert.False(rights["allowPrivilegeEscalation"]!.GetValue<bool>());
        Assert.True(rights["readOnlyRootFilesystem"]!.GetValue<bool>());
        Assert.Equal("ALL", $"{rights["capabilities"]!["drop"]![0]}");
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void Pod_KnowsItsNameItsRoleAndItsPlace(string workload)
    {
        var environment = Container(workload)["env"]!.AsArray().ToDictionary(variable => $"{variable!["name"]}", variable => variable!);

        Assert.Equal(workload, $"{environment["Node__Role"]["value"]}", ignoreCase: true);
        Assert.Equal("metadata.name", $"{environment["Node__Name"]["valueFrom"]!["fieldRef"]!["fieldPath"]}");
        Assert.Equal("status.podIP", $"{environment["Silo__Address"]["valueFrom"]!["fieldRef"]!["fieldPath"]}");
        Assert.Equal(
            "metadata.labels['topology.kubernetes.io/region']", $"{environment["Node__Region"]["valueFrom"]!["fieldRef"]!["fieldPath"]}");
        Assert.Equal(
            "metadata.labels['topology.kubernetes.io/zone']", $"{environment["Node__Zone"]["valueFrom"]!["fieldRef"]!["fieldPath"]}");
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void Selectors_MatchThePods_AndNoOthers(string workload)
    {
        var labels = Resource("Deployment", workload)["spec"]!["template"]!["metadata"]!["labels"]!;
        var selectors = new[]
        {
            Resource("Deployment", workload)["spec"]!["selector"]!["matchLabels"]!,
            Resource("Service", workload)["spec"]!["selector"]!,
            Resource("PodDisruptionBudget", workload)["spec"]!["selector"]!["matchLabels"]!,
        };

        Assert.All(selectors, selector =>
        {
            Assert.Equal(workload, $"{selector["app.kubernetes.io/name"]}");
            Assert.All(selector.AsObject(), label => Assert.Equal($"{label.Value}", $"{labels[label.Key]}"));
        });
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void DisruptionBudget_LeavesANode(string workload)
    {
        var budget = Resource("PodDisruptionBudget", workload)["spec"]!["maxUnavailable"]!.GetValue<int>();

        Assert.InRange(budget, 1, Resource("Deployment", workload)["spec"]!["replicas"]!.GetValue<int>() - 1);
    }

    [Fact]
    public void Environment_IsExplained()
    {
        var explained = Checkout.Read("infra/README.md");
        var settings = Kustomization["configMapGenerator"]![0]!["literals"]!.AsArray().Select(literal => $"{literal}".Split('=')[0])
            .Concat(Container("edge")["env"]!.AsArray().Select(variable => $"{variable!["name"]}"))
            .ToList();

        Assert.NotEmpty(settings);
        Assert.All(
            settings,
            setting => Assert.Contains($"`{setting.Replace("__", ":", StringComparison.Ordinal)}`", explained, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void ConfigMap_IsTheOneThatPodsRead(string workload)
    {
        Assert.Equal(
            $"{Kustomization["configMapGenerator"]![0]!["name"]}", $"{Container(workload)["envFrom"]![0]!["configMapRef"]!["name"]}");
        Assert.Equal($"{Kustomization["images"]![0]!["name"]}", $"{Container(workload)["image"]}");
        Assert.Equal($"{Resource("ServiceAccount", "orleanssockets")["metadata"]!["name"]}", $"{Pod(workload)["serviceAccountName"]}");
    }

    private static JsonNode Resource(string kind, string name) =>
        Resources.Single(resource => $"{resource["kind"]}" == kind && $"{resource["metadata"]!["name"]}" == name);

    private static JsonNode Pod(string workload) => Resource("Deployment", workload)["spec"]!["template"]!["spec"]!;

    private static JsonNode Container(string workload) => Pod(workload)["containers"]!.AsArray().Single()!;
}
