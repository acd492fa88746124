using Microsoft.AspNetCore.Http;
using OrleansSockets.Compatibility;

namespace OrleansSockets.AspNetCore.Admin;

/// <summary>Answers about dates and flags; writes nothing.</summary>
internal static class SettingsEndpoints
{
    public static async Task<IResult> EvaluateAsync(HttpContext http, TimeProvider clock, CancellationToken cancellation)
    {
        var body = await RequestBody.ReadAsync(http, cancellation);
        var settings = Read(body);
        body.RefuseOthers();
        var effective = Evaluate(null, null, settings, clock, body.Problems);
        return body.Problems.Count == 0 ? TypedResults.Ok(effective) : ProblemLine.ToResult(body.Problems);
    }

    public static async Task<IResult> CompareAsync(
        HttpContext http, AdminDeployments deployments, TimeProvider clock, CancellationToken cancellation)
    {
        var body = await RequestBody.ReadAsync(http, cancellation);
        var from = await ReadSideAsync("from");
        var to = await ReadSideAsync("to");
        body.RefuseOthers();
        return body.Problems.Count == 0
            ? TypedResults.Ok(new ComparisonDocument(from!, to!, [.. Changes(from!, to!)]))
            : ProblemLine.ToResult(body.Problems);

        async Task<EffectiveDocument?> ReadSideAsync(string name)
        {
            if (body.Part(name) is not { } side)
            {
                body.Problems.Add(ProblemLine.Invalid($"'{name}' must hold a deployment's name, or a date and flags."));
                return null;
            }

            var deployment = side.Text("deployment");
            var settings = Read(side);
            side.RefuseOthers();
            if (deployment is null)
            {
                return Evaluate(null, null, settings, clock, body.Problems);
            }

            if (await deployments.ReadAsync(deployment, cancellation) is not { } stored)
            {
                body.Problems.Add(new ProblemLine("unknown-deployment", $"There is no deployment '{deployment}'."));
                return null;
            }

            return Evaluate(stored.Name, stored.Revision, stored.Settings, clock, body.Problems);
        }
    }

    public static CompatibilitySettings Read(RequestBody body) =>
        new(body.Text("compatibilityDate"), body.Texts("compatibilityFlags"), body.Flag("experimental"));

    /// <summary>Null: there are errors, which are added to <paramref name="problems"/>.</summary>
    public static EffectiveDocument? Evaluate(
        string? name, long? revision, CompatibilitySettings settings, TimeProvider clock, List<ProblemLine> problems)
    {
        var result = CompatibilityRules.Evaluate(settings, Today(clock));
        problems.AddRange(result.Problems.Where(problem => problem.IsError).Select(ProblemLine.From));
        return result.Settings is not { } effective ? null : new EffectiveDocument(
            name,
            revision,
            settings.Date,
            settings.Flags,
            effective.AutoReplyToClose,
            effective.BinaryAsBlob ? "blob" : "arraybuffer",
            effective.LimitCloseReason,
            effective.PermessageDeflate,
            effective.MaxMessageSize,
            effective.PedanticCloseCodes,
            effective.ReportListenerExceptions,
            effective.IoTasksPreventEviction,
            effective.PropertiesOnPrototype,
            effective.Decisions,
            Warnings(result.Problems));
    }

    public static IReadOnlyList<ProblemLine> Warnings(IEnumerable<CompatibilityProblem> problems) =>
        [.. problems.Where(problem => !problem.IsError).Select(ProblemLine.From)];

    public static DateOnly Today(TimeProvider clock) => DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);

    private static IEnumerable<FeatureChange> Changes(EffectiveDocument from, EffectiveDocument to) =>
        from.Decisions.Zip(to.Decisions)
            .Where(pair => pair.First.Enabled != pair.Second.Enabled)
            .Select(
                pair => new FeatureChange(
                    pair.First.Feature, pair.First.Enabled, pair.Second.Enabled, pair.First.Reason, pair.Second.Reason));
}
