using OrleansSockets.Compatibility;

namespace OrleansSockets.Host;

/// <summary>The deployments of the configuration: <c>Deployments:name:Date</c> and <c>Deployments:name:Flags</c>.</summary>
internal static class Deployments
{
    // Not by the configuration binder: it passes over a deployment without flags.
    public static void AddConfigured(this OrleansSocketsOptions options, IConfiguration configuration)
    {
        foreach (var deployment in configuration.GetSection("Deployments").GetChildren())
        {
            options.Deployments[deployment.Key] = new CompatibilitySettings(
                deployment["Date"], deployment.GetSection("Flags").Get<string[]>() ?? []);
        }
    }
}
