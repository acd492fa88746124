using OrleansSockets.Compatibility;
using OrleansSockets.Conformance.Format;

namespace OrleansSockets.Conformance.Running;

/// <summary>Each distinct pair of date and flags is a deployment of the cluster under test.</summary>
internal static class CompatDeployment
{
    public static string Name(Compat compat) => string.Join('+', [compat.Date ?? "no-date", .. compat.Flags]);

    // The recording runtime ran with experimental flags allowed.
    public static CompatibilitySettings Settings(Compat compat) => new(compat.Date, compat.Flags, Experimental: true);

    /// <summary>Why no deployment can have these settings; <c>null</c>: one can.</summary>
    public static string? Problem(Compat compat, DateOnly today) =>
        CompatibilityRules.Evaluate(Settings(compat), today).Problems.FirstOrDefault(problem => problem.IsError)?.Message;
}
