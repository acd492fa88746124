using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.Compatibility;
using OrleansSockets.Deployments;

namespace OrleansSockets.Processes.Client;

/// <summary>Writes, reads and deletes a deployment.</summary>
internal static class DeploymentCalls
{
    private const string Name = "outside";

    public static async Task RunAsync(IServiceProvider services)
    {
        var grains = services.GetRequiredService<Orleans.IGrainFactory>();
        var deployment = grains.GetDeployment(Name);
        var settings = new CompatibilitySettings("2026-04-07", ["web_socket_manual_reply_to_close"]);

        Say("put", await deployment.PutAsync(settings, ifRevision: 0));
        Say("put again", await deployment.PutAsync(settings, ifRevision: 0));
        Say("put bad", await deployment.PutAsync(new CompatibilitySettings("x", ["y"]), ifRevision: null));
        Say("put over", await deployment.PutAsync(settings with { Date = "2026-04-08" }, ifRevision: 1));

        var stored = await deployment.GetAsync();
        Console.WriteLine($"get: {stored!.Settings.Date} {stored.Settings.Flags[0]}");
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        Console.WriteLine($"effective: {CompatibilityRules.Evaluate(stored.Settings, today).Settings!.Decisions[0].Reason}");
        Console.WriteLine($"list: {string.Join(", ", (await grains.ListDeploymentsAsync()).Select(listed => listed.Name))}");

        Say("delete", await deployment.DeleteAsync(ifRevision: 1));
        Say("delete", await deployment.DeleteAsync(ifRevision: 2));
        Say("delete", await deployment.DeleteAsync(ifRevision: null));
        Console.WriteLine($"get: revision {Revision(await deployment.GetAsync())}");
    }

    private static string Revision(DeploymentSnapshot? deployment) => deployment is null ? "none" : $"{deployment.Revision}";

    private static void Say(string call, DeploymentWriteResult result) => Console.WriteLine(
        $"{call}: {result.Outcome}, revision "
            + $"{Revision(result.Deployment)}{string.Concat(result.Problems.Select(problem => $", {problem.Kind}"))}");
}
