using System.Net;
using System.Text.Json;

namespace OrleansSockets.Processes.Tests.Hosts;

/// <summary>What the admin API said, and how long it took.</summary>
internal sealed record AdminAnswer(HttpStatusCode Status, string? MediaType, JsonElement Json, TimeSpan Took)
{
    public bool IsWritten => Status is HttpStatusCode.OK or HttpStatusCode.Created;

    /// <summary>Of a deployment.</summary>
    public long Revision => Json.GetProperty("revision").GetInt64();

    /// <summary>Of a deployment.</summary>
    public Settings Settings => Settings.Of(Json);

    /// <summary>The document, or a failed test that shows what came instead.</summary>
    public JsonElement Expect(HttpStatusCode status)
    {
        Assert.True(Status == status, $"{Status} instead of {status} after {Took}: {Json}");
        if ((int)status >= 400)
        {
            Assert.Equal("application/problem+json", MediaType);
        }

        return Json;
    }
}
