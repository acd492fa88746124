using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansSockets.AspNetCore.Sockets;

namespace OrleansSockets.AspNetCore;

/// <summary>Not ready while the edge drains. Makes no call.</summary>
internal sealed class EdgeReadiness(SocketRegistry registry) : IHealthCheck
{
    public const string Name = "orleanssockets-edge";
    public const string Tag = "ready";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(registry.IsDraining
            ? HealthCheckResult.Unhealthy("The node shuts down.")
            : HealthCheckResult.Healthy($"{registry.Count} sockets"));
}
