using OpenTelemetry.Metrics;
using OrleansSockets.Diagnostics;

namespace OrleansSockets.Host;

/// <summary>Figures for Prometheus at <c>/metrics</c>, if <c>Metrics:Enabled</c> says so.</summary>
internal static class Metrics
{
    public static void AddConfiguredMetrics(this WebApplicationBuilder builder)
    {
        if (IsEnabled(builder.Configuration))
        {
            builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
                .AddMeter(OrleansSocketsDiagnostics.MeterName, "Microsoft.Orleans", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
                .AddPrometheusExporter());
        }
    }

    public static void MapConfiguredMetrics(this WebApplication app)
    {
        if (IsEnabled(app.Configuration))
        {
            app.MapPrometheusScrapingEndpoint("/metrics");
        }
    }

    private static bool IsEnabled(IConfiguration configuration) =>
        configuration["Metrics:Enabled"] is not { Length: > 0 } said ? false
        : bool.TryParse(said, out var enabled) ? enabled
        : throw new ConfigurationException($"Metrics:Enabled is '{said}'; it can be true or false.");
}
