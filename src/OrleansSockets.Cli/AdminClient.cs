using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace OrleansSockets.Cli;

/// <summary>Speaks to the admin API; what is not a success is an <see cref="AdminException"/>.</summary>
internal sealed class AdminClient : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;

    public AdminClient(string url, string? key)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new AdminException(ExitCode.Usage, $"'{url}' is no address; give --url such as http://localhost:8080/admin.");
        }

        var path = uri.AbsolutePath == "/" ? "/admin" : uri.AbsolutePath.TrimEnd('/');
        _http = new HttpClient { BaseAddress = new Uri($"{uri.GetLeftPart(UriPartial.Authority)}{path}/"), Timeout = Limit };
        if (key is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    public Task<Answer> GetAsync(string path, CancellationToken cancellation) => SendAsync(HttpMethod.Get, path, null, null, cancellation);

    public Task<Answer> PostAsync(string path, object? body, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, path, body, null, cancellation);

    /// <summary>Sends a request, with one more header if there is one to send.</summary>
    public async Task<Answer> SendAsync(
        HttpMethod method, string path, object? body, (string Name, string Value)? header, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : JsonContent.Create(body);
        if (header is { } extra)
        {
            request.Headers.TryAddWithoutValidation(extra.Name, extra.Value);
        }

        try
        {
            using var response = await _http.SendAsync(request, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            return response.IsSuccessStatusCode ? Parse(text) : throw Refusal(response.StatusCode, text);
        }
        catch (HttpRequestException e)
        {
            throw new AdminException(ExitCode.Unreachable, $"{_http.BaseAddress} cannot be reached: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new AdminException(ExitCode.Unreachable, $"{_http.BaseAddress} did not answer within {Limit.TotalSeconds:0} s.", e);
        }
    }

    public void Dispose() => _http.Dispose();

    private static Answer Parse(string text)
    {
        try
        {
            return text.Length == 0 ? default : new Answer(JsonDocument.Parse(text).RootElement);
        }
        catch (JsonException e)
        {
            throw new AdminException(ExitCode.Refused, "The server answered no JSON; is --url the address of an admin API?", e);
        }
    }

    private static AdminException Refusal(HttpStatusCode status, string text)
    {
        string? detail = null;
        try
        {
            detail = text.Length > 0
                && new Answer(JsonDocument.Parse(text).RootElement)["detail"] is { Element.ValueKind: JsonValueKind.String } found
                ? $"{found}"
                : null;
        }
        catch (JsonException)
        {
            // Some other server's page: the status has to do.
        }

        var code = status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout
            ? ExitCode.Unreachable
            : ExitCode.Refused;
        return new AdminException(code, detail ?? status switch
        {
            HttpStatusCode.Unauthorized => "The server wants a key: --key, or ORLEANS_SOCKETS_KEY.",
            HttpStatusCode.Forbidden => "The server does not allow this.",
            HttpStatusCode.NotFound => "The server has nothing here; is --url the address of an admin API?",
            _ => $"The server answered {(int)status}.",
        });
    }
}
