using OrleansSockets.Compatibility;
using OrleansSockets.Deployments;
using OrleansSockets.Testing;

namespace OrleansSockets.Tests.Deployments;

public sealed class DeploymentGrainTests
{
    private static readonly CompatibilitySettings Manual = new("2026-04-07", ["web_socket_manual_reply_to_close"]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Put_EightWritersOnThreeSilos_LosesNoRevision()
    {
        const int Writers = 8;
        const int WritesEach = 100;
        await using var cluster = await PairTestCluster.StartAsync(3, WithStorage);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteAsync(cluster.Silos[writer % 3])));

        var last = await cluster.Silos[0].Grains.GetGrain<IDeploymentGrain>("d").GetAsync();
        Assert.Equal(Writers * WritesEach, last!.Revision);

        static async Task WriteAsync(TestSilo silo)
        {
            var grain = silo.Grains.GetGrain<IDeploymentGrain>("d");
            for (var written = 0; written < WritesEach;)
            {
                var revision = (await grain.GetAsync())?.Revision ?? 0;
                var result = await grain.PutAsync(Manual, revision);
                if (result.Outcome == DeploymentWriteOutcome.Written)
                {
                    Assert.Equal(revision + 1, result.Deployment!.Revision);
                    written++;
                }
                else
                {
                    Assert.Equal(DeploymentWriteOutcome.Conflict, result.Outcome);
                }
            }
        }
    }

    [Fact]
    public async Task Put_Change_ReachesNewPairsOnEverySiloWithinTwoSeconds()
    {
        await using var cluster = await PairTestCluster.StartAsync(2, WithStorage);
        var before = await SeenByCloseHandlerAsync(cluster.Silos[1]);
        var result = await cluster.Silos[0].Grains.GetGrain<IDeploymentGrain>("default").PutAsync(Manual, ifRevision: 1);
        Assert.Equal(DeploymentWriteOutcome.Written, result.Outcome);

        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Cancellation);
        Assert.Equal(ReadyState.Closed, before);
        Assert.All(await Task.WhenAll(cluster.Silos.Select(SeenByCloseHandlerAsync)), seen => Assert.Equal(ReadyState.Closing, seen));
    }

    [Fact]
    public async Task Put_BadSettings_AnswersWithAllProblemsAndChangesNothing()
    {
        await using var cluster = await PairTestCluster.StartAsync(1, WithStorage);
        var grain = cluster.Grains.GetGrain<IDeploymentGrain>("default");
        var result = await grain.PutAsync(new CompatibilitySettings("2026-13-01", ["no_such_flag", "no_such_flag"]), null);
        Assert.Equal(DeploymentWriteOutcome.Invalid, result.Outcome);
        Assert.Contains(result.Problems, problem => problem.Kind == CompatibilityProblemKind.InvalidDate);
        Assert.Contains(result.Problems, problem => problem.Kind == CompatibilityProblemKind.UnknownFlag);
        Assert.Contains(result.Problems, problem => problem.Kind == CompatibilityProblemKind.DuplicateFlag);
        Assert.Equal(1, (await grain.GetAsync())!.Revision);
    }

    [Fact]
    public async Task Delete_WithAnOldRevision_Conflicts()
    {
        await using var cluster = await PairTestCluster.StartAsync(1, WithStorage);
        var grain = cluster.Grains.GetGrain<IDeploymentGrain>("d");
        await grain.PutAsync(Manual, 0);
        await grain.PutAsync(Manual, 1);
        Assert.Equal(DeploymentWriteOutcome.Conflict, (await grain.DeleteAsync(1)).Outcome);
        Assert.Equal(DeploymentWriteOutcome.Written, (await grain.DeleteAsync(2)).Outcome);
        Assert.Equal(DeploymentWriteOutcome.NotFound, (await grain.DeleteAsync(null)).Outcome);
        Assert.Null(await grain.GetAsync());
    }

    [Fact]
    public async Task Put_WithoutAStorage_LastsAsLongAsTheCluster()
    {
        await using var cluster = await PairTestCluster.StartAsync(2);
        var result = await cluster.Silos[0].Grains.GetGrain<IDeploymentGrain>("d").PutAsync(Manual, 0);
        Assert.Equal(DeploymentWriteOutcome.Written, result.Outcome);
        Assert.Equal(1, (await cluster.Silos[1].Grains.GetGrain<IDeploymentGrain>("d").GetAsync())!.Revision);
    }

    private static void WithStorage(PairTestClusterOptions options) =>
        options.ConfigureSilo(silo => silo.AddMemoryGrainStorage(DeploymentStorage.Name));

    // The state in the close handler tells which settings the end has: 3 with the automatic reply, 2 without.
    private static async Task<ReadyState> SeenByCloseHandlerAsync(TestSilo silo)
    {
        var seen = new TaskCompletionSource<ReadyState>(TaskCreationOptions.RunContinuationsAsynchronously);
        await silo.RunAsync(_ =>
        {
            var (client, server) = new WebSocketPair();
            client.Accept();
            server.Accept();
            server.OnClose(_ => seen.TrySetResult(server.ReadyState));
            client.Close(1000);
        });
        return await seen.Task.WaitAsync(TimeSpan.FromSeconds(5), Cancellation);
    }
}
