namespace OrleansSockets.Compatibility;

/// <summary>
/// Date and flags to effective settings, by the rules of Cloudflare Workers (rows C-… of PROTOCOL.md; see also
/// https://developers.cloudflare.com/workers/configuration/compatibility-dates/). There is one difference: a date is never too new for this
/// library.
/// </summary>
public static class CompatibilityRules
{
    /// <summary>The date of a deployment that was not configured: the first on which a Close is answered by itself.</summary>
    public const string DefaultDate = "2026-04-07";

    /// <summary>Evaluates the settings; pure.</summary>
    /// <param name="settings">Date and flags.</param>
    /// <param name="today">Today's date in UTC.</param>
    /// <returns>The effective settings, or none if there is an error; and every problem at once.</returns>
    public static CompatibilityResult Evaluate(CompatibilitySettings settings, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Date is null)
        {
            // Cloudflare's runtime looks no further: without a date, nothing can be said about a flag.
            return new(null, [Error(CompatibilityProblemKind.MissingDate, "Worker must specify compatibilityDate.")]);
        }

        var problems = new List<CompatibilityProblem>();
        var date = CheckDate(settings.Date, CompatibilityDate.From(today), problems);
        var flags = CheckFlags(settings, date, problems);
        var usable = date is not null && !problems.Exists(problem => problem.IsError);
        return new(usable ? Settle(date!.Value, flags) : null, problems);
    }

    private static CompatibilityDate? CheckDate(string text, CompatibilityDate today, List<CompatibilityProblem> problems)
    {
        if (CompatibilityDate.Parse(text) is not { } date)
        {
            problems.Add(Error(CompatibilityProblemKind.InvalidDate, $"Invalid compatibility date: {text}"));
            return null;
        }

        if (date > today)
        {
            problems.Add(Error(
                CompatibilityProblemKind.FutureDate,
                $"Can't set compatibility date in the future: \"{date}\". Today's date (UTC) is \"{today}\"."));
        }

        return date;
    }

    private static HashSet<string> CheckFlags(CompatibilitySettings settings, CompatibilityDate? date, List<CompatibilityProblem> problems)
    {
        var flags = new HashSet<string>(StringComparer.Ordinal);
        foreach (var flag in settings.Flags)
        {
            if (!flags.Add(flag))
            {
                problems.Add(Error(CompatibilityProblemKind.DuplicateFlag, $"Compatibility flag specified multiple times: {flag}"));
            }
        }

        var unknown = new HashSet<string>(flags, StringComparer.Ordinal);
        foreach (var feature in CompatibilityFeature.All)
        {
            CheckFeature(feature, flags, date, settings.Experimental, problems);
            unknown.Remove(feature.EnableFlag);
            unknown.Remove(feature.DisableFlag ?? feature.EnableFlag);
        }

        problems.AddRange(settings.Flags.Distinct(StringComparer.Ordinal).Where(unknown.Contains)
            .Select(flag => Error(CompatibilityProblemKind.UnknownFlag, $"No such compatibility flag: {flag}")));
        return flags;
    }

    private static void CheckFeature(
        CompatibilityFeature feature, HashSet<string> flags, CompatibilityDate? date, bool experimental,
        List<CompatibilityProblem> problems)
    {
        // A flag that disables is never redundant: at a later date it will be needed.
        if (!flags.Contains(feature.EnableFlag))
        {
            return;
        }

        if (feature.DisableFlag is { } disable && flags.Contains(disable))
        {
            problems.Add(Error(
                CompatibilityProblemKind.ContradictoryFlags,
                $"Compatibility flags are mutually contradictory: {feature.EnableFlag} vs {disable}"));
        }

        if (feature.DefaultFrom is { } from && date >= from)
        {
            problems.Add(new(
                CompatibilityProblemKind.RedundantFlag,
                $"The compatibility flag {feature.EnableFlag} became the default as of {from} so does not need to be specified anymore.",
                IsError: false));
        }

        if (feature.Experimental && !experimental)
        {
            problems.Add(Error(
                CompatibilityProblemKind.ExperimentalFlag,
                $"The compatibility flag {feature.EnableFlag} is experimental and may break or be removed in a future version of workerd. "
                    + "To use this flag, you must pass --experimental on the command line."));
        }
    }

    private static EffectiveSettings Settle(CompatibilityDate date, HashSet<string> flags)
    {
        var decisions = new List<FeatureDecision>();
        return new(
            AutoReplyToClose: Decide(CompatibilityFeature.AutoReplyToClose),
            BinaryAsBlob: Decide(CompatibilityFeature.BinaryAsBlob),
            LimitCloseReason: Decide(CompatibilityFeature.LimitCloseReason),
            PermessageDeflate: Decide(CompatibilityFeature.PermessageDeflate),
            LargeMessages: Decide(CompatibilityFeature.LargeMessages),
            PedanticCloseCodes: Decide(CompatibilityFeature.PedanticCloseCodes),
            ReportListenerExceptions: Decide(CompatibilityFeature.ReportListenerExceptions),
            IoTasksPreventEviction: Decide(CompatibilityFeature.IoTasksPreventEviction),
            PropertiesOnPrototype: Decide(CompatibilityFeature.PropertiesOnPrototype),
            decisions.AsReadOnly());

        bool Decide(CompatibilityFeature feature)
        {
            var decision = feature.Decide(date, flags);
            decisions.Add(decision);
            return decision.Enabled;
        }
    }

    private static CompatibilityProblem Error(CompatibilityProblemKind kind, string message) => new(kind, message, IsError: true);
}
