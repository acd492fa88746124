using System.Net.Http.Json;
using System.Text.Json;
using OrleansSockets.AspNetCore.Tests.Endpoints;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Admin;

/// <summary>Asks a node's admin API.</summary>
internal sealed class AdminHttp(EdgeNode node) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri($"http://127.0.0.1:{node.Port}/admin/") };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is string text
            ? new StringContent(text, null, "application/json")
            : body is null
            ? null
            : JsonContent.Create(body);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _http.SendAsync(request, Token);
        var content = await response.Content.ReadAsStringAsync(Token);
        return new Answer(
            (int)response.StatusCode,
            content.Length == 0 ? default : JsonDocument.Parse(content).RootElement,
            response.Headers.ETag?.Tag,
            response.Content.Headers.ContentType?.MediaType,
            response.Headers.RetryAfter?.Delta);
    }

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Answer> PostAsync(string path, object? body = null) => SendAsync(HttpMethod.Post, path, body);

    public Task<Answer> PutAsync(string path, object body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Put, path, body, headers);

    public Task<Answer> DeleteAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Delete, path, null, headers);

    public void Dispose() => _http.Dispose();

    internal sealed record Answer(int Status, JsonElement Json, string? ETag, string? MediaType, TimeSpan? RetryAfter)
    {
        public string Detail => Json.GetProperty("detail").GetString()!;

        /// <summary>The kinds of all problems of a 400, or of all warnings.</summary>
        public IEnumerable<string> Kinds => OfEach("kind");

        /// <summary>Their sentences.</summary>
        public IEnumerable<string> Messages => OfEach("message");

        /// <summary>The document, or a failed test that shows what came instead.</summary>
        public JsonElement Expect(int status)
        {
            Assert.True(Status == status, $"{Status}, not {status}: {Json}");
            if (status >= 400)
            {
                Assert.Equal("application/problem+json", MediaType);
            }

            return Json;
        }

        private IEnumerable<string> OfEach(string property) =>
            Json.GetProperty(Status == 400 ? "problems" : "warnings").EnumerateArray()
                .Select(problem => problem.GetProperty(property).GetString()!);
    }
}
