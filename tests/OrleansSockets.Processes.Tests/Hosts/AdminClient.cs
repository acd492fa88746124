using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace OrleansSockets.Processes.Tests.Hosts;

/// <summary>Asks a node's admin API.</summary>
internal sealed class AdminClient(HttpClient http)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public Task<AdminAnswer> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/admin/{path}"));

    public Task<AdminAnswer> PostAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Post, $"/admin/{path}"));

    /// <summary>Writes settings over a revision (0: only if there is none), or over any.</summary>
    public Task<AdminAnswer> PutAsync(string deployment, Settings settings, long? ifRevision = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, $"/admin/deployments/{deployment}")
        {
            Content = JsonContent.Create(new { compatibilityDate = settings.Date, compatibilityFlags = settings.Flags }),
        };
        return SendAsync(request, ifRevision);
    }

    public Task<AdminAnswer> DeleteAsync(string deployment, long? ifRevision = null) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"/admin/deployments/{deployment}"), ifRevision);

    /// <summary>The nodes that this one counts as members, by their silo's address.</summary>
    public async Task<IReadOnlyDictionary<string, string>> NodesAsync() =>
        (await GetAsync("nodes")).Expect(HttpStatusCode.OK).EnumerateArray()
        .ToDictionary(node => node.GetProperty("address").GetString()!, node => node.GetProperty("status").GetString()!);

    private async Task<AdminAnswer> SendAsync(HttpRequestMessage request, long? ifRevision = null)
    {
        using (request)
        {
            if (ifRevision is 0)
            {
                request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
            }
            else if (ifRevision is { } revision)
            {
                request.Headers.IfMatch.Add(new EntityTagHeaderValue(string.Create(CultureInfo.InvariantCulture, $"\"{revision}\"")));
            }

            var began = Stopwatch.GetTimestamp();
            using var response = await http.SendAsync(request, Cancellation);
            var content = await response.Content.ReadAsStringAsync(Cancellation);
            return new AdminAnswer(
                response.StatusCode,
                response.Content.Headers.ContentType?.MediaType,
                content.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(content),
                Stopwatch.GetElapsedTime(began));
        }
    }
}
