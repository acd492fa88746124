using Microsoft.AspNetCore.Http;
using OrleansSockets.AspNetCore.Handshakes;

namespace OrleansSockets.AspNetCore.Admin;

/// <summary>A part of the cluster, or its store, did not answer: 503 with a sentence instead of an endless wait.</summary>
internal sealed class Unavailable(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How long anything that the admin API asks may take. A grain call would take 5 s to give up.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(4);

    public static async ValueTask<object?> AnswerAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        try
        {
            return await next(invocation);
        }
        catch (Unavailable e)
        {
            invocation.HttpContext.Response.Headers.RetryAfter = HandshakeFailure.RetryAfterSeconds;
            return Results.Problem(e.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    /// <summary>Waits for what a grain of the deployments does. Whatever it throws came from its store or from the way to it.</summary>
    public static async Task<T> UnlessAsync<T>(Task<T> answer, Deadline deadline)
    {
        try
        {
            return await deadline.WaitAsync(answer);
        }
        catch (Exception e) when (!deadline.IsAbandoned)
        {
            throw new Unavailable("The store of the deployments cannot be reached. The last settings stay in force; try again later.", e);
        }
    }
}
