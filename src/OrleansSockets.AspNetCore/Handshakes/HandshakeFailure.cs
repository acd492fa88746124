using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace OrleansSockets.AspNetCore.Handshakes;

/// <summary>Why a request cannot become a socket: a problem document instead of a 101.</summary>
internal sealed record HandshakeFailure(int Status, string Detail)
{
    /// <summary>Of every 503: most causes, such as a node that goes, have passed by then; a full one is not asked too often.</summary>
    public const string RetryAfterSeconds = "2";

    /// <summary>Headers that the status asks for.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>503, for a cause that passes.</summary>
    public static HandshakeFailure TryAgain(string detail) => new(StatusCodes.Status503ServiceUnavailable, detail)
    {
        Headers = new Dictionary<string, string> { [HeaderNames.RetryAfter] = RetryAfterSeconds },
    };

    public Task WriteAsync(HttpContext context)
    {
        foreach (var (name, value) in Headers)
        {
            context.Response.Headers[name] = value;
        }

        return Results.Problem(Detail, statusCode: Status).ExecuteAsync(context);
    }
}
