using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace OrleansSockets.AspNetCore.Admin;

/// <summary>What a write demands of the deployment that it replaces (RFC 9110, section 13). An ETag is a revision.</summary>
/// <param name="Revisions">One of these (If-Match); null: any.</param>
/// <param name="MustExist">If-Match: *.</param>
/// <param name="MustNotExist">If-None-Match: *.</param>
internal sealed record Precondition(IReadOnlyList<long>? Revisions, bool MustExist, bool MustNotExist)
{
    public static string ETag(long revision) => string.Create(CultureInfo.InvariantCulture, $"\"{revision}\"");

    public static Precondition Read(HttpRequest request, List<ProblemLine> problems)
    {
        var match = Tags(request, HeaderNames.IfMatch, problems);
        var noneMatch = Tags(request, HeaderNames.IfNoneMatch, problems);
        if (match is not null && noneMatch is not null)
        {
            problems.Add(ProblemLine.Invalid("Give If-Match or If-None-Match, not both."));
        }

        var any = match?.Contains(EntityTagHeaderValue.Any) ?? false;
        var none = noneMatch?.Contains(EntityTagHeaderValue.Any) ?? false;
        if (noneMatch is not null && !none)
        {
            problems.Add(ProblemLine.Invalid("If-None-Match can only be * when something is written."));
        }

        return new Precondition(match is null || any ? null : [.. match.Where(tag => !tag.IsWeak).Select(Revision)], any, none);
    }

    /// <summary>Whether a read may be answered with 304.</summary>
    public static bool IsUnchanged(HttpRequest request, long revision) =>
        request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || Revision(tag) == revision);

    /// <summary>Whether a deployment at this revision (0: none) may be replaced.</summary>
    public bool Allows(long revision) =>
        (!MustNotExist || revision == 0) && (!MustExist || revision > 0)
            && (Revisions is null || (revision > 0 && Revisions.Contains(revision)));

    private static IList<EntityTagHeaderValue>? Tags(HttpRequest request, string header, List<ProblemLine> problems)
    {
        if (!request.Headers.TryGetValue(header, out var values))
        {
            return null;
        }

        if (EntityTagHeaderValue.TryParseStrictList([.. values.OfType<string>()], out var tags))
        {
            return tags;
        }

        problems.Add(ProblemLine.Invalid($"{header} must be * or the ETag of a revision, such as \"3\" with its quotes."));
        return null;
    }

    // A tag that this API never gave matches nothing.
    private static long Revision(EntityTagHeaderValue tag) =>
        long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : -1;
}
