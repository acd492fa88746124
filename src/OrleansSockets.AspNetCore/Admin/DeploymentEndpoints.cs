using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using OrleansSockets.Compatibility;
using OrleansSockets.Deployments;

namespace OrleansSockets.AspNetCore.Admin;

/// <summary>Deployments over HTTP.</summary>
internal static partial class DeploymentEndpoints
{
    public static async Task<IResult> ListAsync(AdminDeployments deployments, TimeProvider clock, CancellationToken cancellation) =>
        TypedResults.Ok((await deployments.ListAsync(cancellation)).Select(deployment => Document(deployment, clock)).ToList());

    public static async Task<IResult> GetAsync(
        string name, HttpContext http, AdminDeployments deployments, TimeProvider clock, CancellationToken cancellation)
    {
        if (await deployments.ReadAsync(name, cancellation) is not { } deployment)
        {
            return Unknown(name);
        }

        http.Response.Headers.ETag = Precondition.ETag(deployment.Revision);
        return Precondition.IsUnchanged(http.Request, deployment.Revision)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(Document(deployment, clock));
    }

    public static async Task<IResult> GetEffectiveAsync(
        string name, AdminDeployments deployments, TimeProvider clock, CancellationToken cancellation)
    {
        if (await deployments.ReadAsync(name, cancellation) is not { } deployment)
        {
            return Unknown(name);
        }

        List<ProblemLine> problems = [];
        return SettingsEndpoints.Evaluate(name, deployment.Revision, deployment.Settings, clock, problems) is { } effective
            ? TypedResults.Ok(effective)
            : ProblemLine.ToResult(problems);
    }

    public static async Task<IResult> PutAsync(
        string name, HttpContext http, AdminDeployments deployments, TimeProvider clock, CancellationToken cancellation)
    {
        var body = await RequestBody.ReadAsync(http, cancellation);
        var settings = SettingsEndpoints.Read(body);
        body.RefuseOthers();
        var problems = body.Problems;
        var precondition = Precondition.Read(http.Request, problems);
        if (!Name().IsMatch(name))
        {
            problems.Add(ProblemLine.Invalid($"'{name}' cannot be a deployment's name: use 1 to 64 letters, digits, '-', '_' and '.'."));
        }

        SettingsEndpoints.Evaluate(name, null, settings, clock, problems);
        if (problems.Count > 0)
        {
            return ProblemLine.ToResult(problems);
        }

        var deadline = deployments.Begin(cancellation);
        var (before, refused) = await CheckAsync(name, precondition, deployments, deadline);
        if (refused is not null)
        {
            return refused;
        }

        var written = await deployments.PutAsync(name, settings, before, deadline);
        if (written.Outcome != DeploymentWriteOutcome.Written)
        {
            return Refused(name, written, before);
        }

        var document = Document(written.Deployment!, clock);
        http.Response.Headers.ETag = Precondition.ETag(document.Revision);
        return written.IsNew ? TypedResults.Created((string?)null, document) : TypedResults.Ok(document);
    }

    public static async Task<IResult> DeleteAsync(
        string name, HttpContext http, AdminDeployments deployments, ClusterNodes nodes, CancellationToken cancellation)
    {
        List<ProblemLine> problems = [];
        var precondition = Precondition.Read(http.Request, problems);
        if (problems.Count > 0)
        {
            return ProblemLine.ToResult(problems);
        }

        var deadline = deployments.Begin(cancellation);
        var (before, refused) = await CheckAsync(name, precondition, deployments, deadline);
        if (refused is not null)
        {
            return refused;
        }

        // An end that is made in between keeps its settings for life: nothing depends on the exact moment.
        var uses = await nodes.AskAsync(nodes.Active, node => node.FindUseAsync(name), cancellation);
        if (uses.Answers.Select(answer => answer.Value).FirstOrDefault(use => use is not null) is { } use)
        {
            return Results.Problem($"The deployment '{name}' is in use: {use}.", statusCode: StatusCodes.Status409Conflict);
        }

        uses.RequireAll("it is not known whether it uses the deployment");
        var deleted = await deployments.DeleteAsync(name, before, deadline);
        return deleted.Outcome == DeploymentWriteOutcome.Written ? TypedResults.NoContent() : Refused(name, deleted, before);
    }

    // The revision to write over; null: any. What may have changed since is checked again by the grain.
    private static async Task<(long? Revision, IResult? Refused)> CheckAsync(
        string name, Precondition precondition, AdminDeployments deployments, Deadline deadline)
    {
        if (precondition is { Revisions: null, MustExist: false })
        {
            return (precondition.MustNotExist ? 0 : null, null);
        }

        var current = await deployments.FindAsync(name, deadline);
        return precondition.Allows(current?.Revision ?? 0)
            ? (current!.Revision, null)
            : (
                null,
                PreconditionFailed(
                    current is null ? $"There is no deployment '{name}'." : $"The deployment '{name}' is at revision {current.Revision}."));
    }

    private static IResult Refused(string name, DeploymentWriteResult result, long? ifRevision) => result.Outcome switch
    {
        DeploymentWriteOutcome.Invalid =>
            ProblemLine.ToResult([.. result.Problems.Where(problem => problem.IsError).Select(ProblemLine.From)]),
        DeploymentWriteOutcome.NotFound => Unknown(name),
        DeploymentWriteOutcome.Conflict when ifRevision is not null => PreconditionFailed(result.Detail!),
        DeploymentWriteOutcome.Conflict => Results.Problem(result.Detail, statusCode: StatusCodes.Status409Conflict),
        DeploymentWriteOutcome.StoreUnavailable => throw new Unavailable(result.Detail!),
        _ => throw new InvalidOperationException($"A write ended as {result.Outcome}."),
    };

    private static IResult PreconditionFailed(string detail) =>
        Results.Problem(detail, statusCode: StatusCodes.Status412PreconditionFailed);

    private static IResult Unknown(string name) =>
        Results.Problem($"There is no deployment '{name}'.", statusCode: StatusCodes.Status404NotFound);

    private static DeploymentDocument Document(DeploymentSnapshot deployment, TimeProvider clock) => new(
        deployment.Name,
        deployment.Revision,
        deployment.UpdatedAt,
        deployment.Settings.Date,
        deployment.Settings.Flags,
        deployment.Settings.Experimental,
        SettingsEndpoints.Warnings(CompatibilityRules.Evaluate(deployment.Settings, SettingsEndpoints.Today(clock)).Problems));

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}$")]
    private static partial Regex Name();
}
