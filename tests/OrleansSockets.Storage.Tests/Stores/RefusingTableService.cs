using System.Net;
using System.Text;
using Azure.Core;

namespace OrleansSockets.Storage.Tests.Stores;

/// <summary>A table service that answers every request with one and the same refusal.</summary>
internal sealed class RefusingTableService : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Uri _endpoint = new($"http://127.0.0.1:{FreePort.Next()}/");
    private int _requests;

    public RefusingTableService(int status, string code, TimeSpan? retryAfter = null)
    {
        _listener.Prefixes.Add(_endpoint.ToString());
        _listener.Start();
        _ = AnswerAsync(
            status, $$$"""{ "odata.error": { "code": "{{{code}}}", "message": { "lang": "en-US", "value": "no" } } }""", retryAfter);
    }

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Sends a request here that was on its way to the real service.</summary>
    public async ValueTask AnswerInsteadAsync(HttpMessage message, Func<ValueTask> send)
    {
        var original = message.Request.Uri.ToUri();
        message.Request.Uri.Reset(new Uri(_endpoint, original.PathAndQuery));
        try
        {
            await send();
        }
        finally
        {
            message.Request.Uri.Reset(original);
        }
    }

    public void Dispose() => _listener.Close();

    private async Task AnswerAsync(int status, string body, TimeSpan? retryAfter)
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            Interlocked.Increment(ref _requests);
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            if (retryAfter is { } wait)
            {
                context.Response.AddHeader("Retry-After", $"{(int)wait.TotalSeconds}");
            }

            context.Response.Close(Encoding.UTF8.GetBytes(body), willBlock: false);
        }
    }
}
