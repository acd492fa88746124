using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using OrleansSockets.Administration;
using OrleansSockets.Rules;
using OrleansSockets.Wire;

namespace OrleansSockets.AspNetCore.Admin;

/// <summary>The filters of a list of pairs, as they are given.</summary>
internal sealed class PairQuery
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    [FromQuery, Description("Only pairs with an end or their grain on this node: its address or name.")]
    public string? Node { get; set; }

    [FromQuery, Description("Only pairs with an end in this ready state or phase: connecting, open, closing, closed; pending, accepted, "
        + "coupled, hibernatable.")]
    public string? State { get; set; }

    [FromQuery, Description("Only pairs with an end that has the settings of this deployment.")]
    public string? Deployment { get; set; }

    [FromQuery, Description("Only pairs behind this id: a page's 'next'.")]
    public string? After { get; set; }

    [FromQuery, Description("At most so many: 1 to 1000, 100 by default.")]
    public string? Limit { get; set; }

    public PairFilter ToFilter(List<ProblemLine> problems)
    {
        var limit = DefaultLimit;
        if (Limit is not null && (!int.TryParse(Limit, out limit) || limit is < 1 or > MaxLimit))
        {
            problems.Add(ProblemLine.Invalid($"'limit' is '{Limit}'; it must be from 1 to {MaxLimit}."));
        }

        var after = Guid.Empty;
        if (After is not null && !Guid.TryParse(After, out after))
        {
            problems.Add(ProblemLine.Invalid($"'after' is '{After}', which is no pair's id."));
        }

        var readyState = Named<ReadyState>(State);
        var phase = Named<EndPhase>(State);
        if (State is not null && readyState is null && phase is null)
        {
            problems.Add(
                ProblemLine.Invalid(
                    $"'state' is '{State}'; it must be one of {string.Join(", ", Names<ReadyState>().Union(Names<EndPhase>()))}."));
        }

        return new PairFilter(readyState, readyState is null ? phase : null, Deployment, After is null ? null : new PairId(after), limit);
    }

    // Enum.TryParse would take numbers, too.
    private static T? Named<T>(string? name)
        where T : struct, Enum =>
        Enum.GetValues<T>().Where(value => string.Equals($"{value}", name, StringComparison.OrdinalIgnoreCase))
            .Select(value => (T?)value).FirstOrDefault();

    private static IEnumerable<string> Names<T>()
        where T : struct, Enum => Enum.GetNames<T>().Select(name => name.ToLowerInvariant());
}
