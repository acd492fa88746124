using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansSockets.Compatibility;

namespace OrleansSockets.AspNetCore.Admin;

/// <summary>One thing that is wrong with a request, or (a warning) with settings that can be used all the same.</summary>
/// <param name="Kind">A word for programs, such as <c>unknown-flag</c>.</param>
/// <param name="Message">A sentence for people.</param>
internal sealed record ProblemLine(string Kind, string Message)
{
    public static ProblemLine From(CompatibilityProblem problem) =>
        new(JsonNamingPolicy.KebabCaseLower.ConvertName($"{problem.Kind}"), problem.Message);

    public static ProblemLine Invalid(string message) => new("invalid-request", message);

    /// <summary>400 with everything that is wrong.</summary>
    public static IResult ToResult(IReadOnlyCollection<ProblemLine> problems) => Results.Problem(
        string.Join('\n', problems.Select(problem => problem.Message)),
        statusCode: StatusCodes.Status400BadRequest,
        title: "The request cannot be used.",
        extensions: new Dictionary<string, object?> { ["problems"] = problems });
}
