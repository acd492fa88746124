using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansSockets.Links;

namespace OrleansSockets.AspNetCore;

/// <summary>Degraded while a link to another node is down: what passes it goes through a third node, or waits. Makes no call.</summary>
internal sealed class LinkHealth(SiloPaths paths) : IHealthCheck
{
    public const string Name = "orleanssockets-links";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var outages = paths.Outages;
        return Task.FromResult(outages.Count == 0
            ? HealthCheckResult.Healthy("All links are up.")
            : HealthCheckResult.Degraded(string.Join(' ', outages.Select(Describe))));
    }

    private static string Describe(LinkOutage link) =>
        $"The link to {link.To.Endpoint} is down since {link.Since:O}; "
        + (link.Through is { } through ? $"a detour leads through {through.Endpoint}." : "no node is known that reaches it.");
}
