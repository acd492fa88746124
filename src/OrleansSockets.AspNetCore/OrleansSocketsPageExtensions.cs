using Microsoft.AspNetCore.Routing;
using OrleansSockets.AspNetCore.Page;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the page that shows a pair live.</summary>
public static class OrleansSocketsPageExtensions
{
    /// <summary>
    /// Maps a page that makes a pair with its ends on two chosen nodes, lets a person accept, send and close at each, and shows states and
    /// timeline. Whoever may open it may make pairs and read the timeline of any pair whose id they know: require authorization where that
    /// matters.
    /// </summary>
    /// <param name="endpoints">The routes.</param>
    /// <param name="pattern">Where the page is, for example <c>/</c>. Its own endpoints are below <c>page/</c>.</param>
    /// <returns>Conventions for the page and all its endpoints.</returns>
    public static IEndpointConventionBuilder MapOrleansSocketsPage(this IEndpointRouteBuilder endpoints, string pattern) =>
        PageEndpoints.Map(endpoints, pattern);
}
