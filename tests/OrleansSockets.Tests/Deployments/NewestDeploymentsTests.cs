using OrleansSockets.Compatibility;
using OrleansSockets.Deployments;

namespace OrleansSockets.Tests.Deployments;

public sealed class NewestDeploymentsTests
{
    private static readonly CompatibilitySettings Settings = new("2026-04-07", []);
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    // A write, a deletion, a write again, and two that share a revision as in a split cluster.
    private static readonly DeploymentEntry[] Writes =
    [
        new("d", 1, Noon, Settings),
        new("d", 2, Noon.AddSeconds(1), null),
        new("d", 3, Noon.AddSeconds(3), Settings),
        new("d", 3, Noon.AddSeconds(2), null),
    ];

    [Fact]
    public void Add_InAnyOrderAndRepeatedly_EndsWithTheSame()
    {
        foreach (var order in Orders(Writes))
        {
            var newest = new NewestDeployments();

            newest.AddAll([.. order, .. order]);

            Assert.Same(Writes[2], newest.Find("d"));
            Assert.Single(newest.All);
        }
    }

    [Fact]
    public void Add_OfWhatIsKnown_IsNoNews()
    {
        var newest = new NewestDeployments();

        Assert.True(newest.Add(Writes[1]));
        Assert.False(newest.Add(Writes[1]));
        Assert.False(newest.AddAll([Writes[0], Writes[1]]));
        Assert.Null(newest.Find("d")!.Snapshot);
    }

    private static IEnumerable<DeploymentEntry[]> Orders(DeploymentEntry[] entries) => entries.Length <= 1
        ? [entries]
        : entries.SelectMany(
            first => Orders([.. entries.Where(entry => entry != first)]).Select(rest => (DeploymentEntry[])[first, .. rest]));
}
