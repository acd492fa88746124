using Microsoft.AspNetCore.Http;

namespace OrleansSockets.AspNetCore.Handshakes;

/// <summary>Why a request cannot become a socket: a problem document instead of a 101.</summary>
internal sealed record HandshakeFailure(int Status, string Detail)
{
    /// <summary>Headers that the status asks for.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public Task WriteAsync(HttpContext context)
    {
        foreach (var (name, value) in Headers)
        {
            context.Response.Headers[name] = value;
        }

        return Results.Problem(Detail, statusCode: Status).ExecuteAsync(context);
    }
}
