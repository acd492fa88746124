using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansSockets.AspNetCore.Tests.Endpoints;
using OrleansSockets.Diagnostics;
using OrleansSockets.Pairs;
using OrleansSockets.Tests.Clusters;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Admin;

/// <summary>A link that is down shows in the admin API, in the readiness check and in a metric, and so does its end.</summary>
public sealed class LinkOutageTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cut_ALink_IsToldEverywhereUntilItIsUp()
    {
        var links = new CutLinks();
        await using var a = await StartAsync(links, null);
        await using var b = await StartAsync(links, a);
        using var http = new AdminHttp(a);
        var (one, other) = (Silo(a), Silo(b));
        Assert.All(
            (await http.GetAsync("nodes")).Expect(200).EnumerateArray(),
            node => Assert.Empty(node.GetProperty("linksDown").EnumerateArray()));
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(a)).Status);
        Assert.DoesNotContain($"{other.Endpoint} none", Outages());

        links.Cut(one, other);
        await UntilAsync(async () => (await HealthAsync(a)).Status == HealthStatus.Degraded);
        var text = (await HealthAsync(a)).Entries[LinkHealth.Name].Description;
        Assert.StartsWith($"The link to {other.Endpoint} is down since ", text, StringComparison.Ordinal);
        Assert.EndsWith("no node is known that reaches it.", text, StringComparison.Ordinal);
        var told = (await http.GetAsync("nodes")).Expect(200).EnumerateArray()
            .Single(node => node.GetProperty("address").GetString() == $"{one.Endpoint}");
        var link = Assert.Single(told.GetProperty("linksDown").EnumerateArray());
        Assert.Equal($"{other.Endpoint}", link.GetProperty("to").GetString());
        Assert.InRange(
            link.GetProperty("since").GetDateTimeOffset(), TimeProvider.System.GetUtcNow() - Limit, TimeProvider.System.GetUtcNow());
        Assert.True(link.TryGetProperty("through", out var through) is false || through.ValueKind == System.Text.Json.JsonValueKind.Null);
        Assert.Contains($"{other.Endpoint} none", Outages());

        links.Mend();
        await UntilAsync(
            async () => (await HealthAsync(a)).Status == HealthStatus.Healthy && (await HealthAsync(b)).Status == HealthStatus.Healthy);
        Assert.All(
            (await http.GetAsync("nodes")).Expect(200).EnumerateArray(),
            node => Assert.Empty(node.GetProperty("linksDown").EnumerateArray()));
    }

    private static SiloAddress Silo(EdgeNode node) => node.App.Services.GetRequiredService<PairHub>().Silo;

    private static Task<HealthReport> HealthAsync(EdgeNode node) =>
        node.App.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains(EdgeReadiness.Tag), Token);

    // All silos of this process: those of other tests have other addresses.
    private static List<string> Outages()
    {
        List<string> outages = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, me) =>
        {
            if (instrument.Name == OrleansSocketsDiagnostics.LinkOutages)
            {
                me.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) =>
        {
            Assert.InRange(seconds, 0, 60);
            outages.Add($"{tags[0].Value} {tags[1].Value}");
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return outages;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Limit, "It does not come to pass.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
        }
    }

    private static Task<EdgeNode> StartAsync(CutLinks links, EdgeNode? primary) => EdgeNode.StartAsync(
        app => app.MapOrleansSocketsAdmin("/admin"),
        silo: silo => silo.LinkTimeout = TimeSpan.FromSeconds(1),
        primary: primary,
        services: links.Install);
}
