using System.Text.Json;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Admin;

public sealed class DeploymentEndpointsTests(AdminCluster cluster) : IClassFixture<AdminCluster>
{
    private static readonly object Plain = new { compatibilityDate = "2026-04-07" };
    private static readonly object ManualReply =
        new { compatibilityDate = "2026-04-07", compatibilityFlags = new[] { "web_socket_manual_reply_to_close" } };

    private AdminHttp Http => cluster.Http;

    [Fact]
    public async Task List_OfAFreshCluster_HoldsTheConfiguredOnes()
    {
        var names = (await Http.GetAsync("deployments")).Expect(200).EnumerateArray()
            .Select(deployment => deployment.GetProperty("name").GetString());

        Assert.Contains("default", names);
        Assert.Contains(AdminCluster.Manual, names);
    }

    [Fact]
    public async Task Put_ThenGet_CarriesTheRevisionAsETag()
    {
        var created = await Http.PutAsync("deployments/tags", ManualReply, ("If-None-Match", "*"));
        created.Expect(201);
        Assert.Equal("\"1\"", created.ETag);
        var replaced = await Http.PutAsync("deployments/tags", Plain, ("If-Match", "\"1\""));
        replaced.Expect(200);
        Assert.Equal("\"2\"", replaced.ETag);

        var read = await Http.GetAsync("deployments/tags");
        Assert.Equal("\"2\"", read.ETag);
        Assert.Equal(2, read.Expect(200).GetProperty("revision").GetInt64());
        Assert.Equal("2026-04-07", read.Json.GetProperty("compatibilityDate").GetString());
        Assert.Equal(0, read.Json.GetProperty("compatibilityFlags").GetArrayLength());
        Assert.Equal(304, (await Http.GetAsync("deployments/tags", ("If-None-Match", "\"2\""))).Status);
        Assert.Equal(200, (await Http.GetAsync("deployments/tags", ("If-None-Match", "\"1\""))).Status);
    }

    [Theory]
    [InlineData("If-Match", "\"7\"", 412)]
    [InlineData("If-Match", "W/\"1\"", 412)]
    [InlineData("If-Match", "\"7\", \"1\"", 200)]
    [InlineData("If-Match", "*", 200)]
    [InlineData("If-None-Match", "*", 412)]
    [InlineData("If-Match", "1", 400)]
    [InlineData("If-None-Match", "\"1\"", 400)]
    public async Task Put_OverRevisionOne_IsHeldToItsPrecondition(string header, string value, int status)
    {
        var name = $"precondition-{Guid.NewGuid():N}";
        (await Http.PutAsync($"deployments/{name}", Plain)).Expect(201);

        (await Http.PutAsync($"deployments/{name}", ManualReply, (header, value))).Expect(status);

        Assert.Equal(status == 200 ? 2 : 1, (await Http.GetAsync($"deployments/{name}")).Json.GetProperty("revision").GetInt64());
    }

    [Fact]
    public async Task Put_IfMatchOfNoDeployment_412()
    {
        (await Http.PutAsync("deployments/nobody", Plain, ("If-Match", "*"))).Expect(412);
        (await Http.PutAsync("deployments/nobody", Plain, ("If-Match", "\"1\""))).Expect(412);
    }

    [Fact]
    public async Task Put_ManyMistakes_AnswersWithAllOfThem()
    {
        var answer = await Http.PutAsync(
            "deployments/a name",
            new
            {
                compatibilityDate = "2026-13-01",
                compatibilityFlags = "no_such_flag no_such_flag pedantic_wpt non_pedantic_wpt increase_websocket_message_size".Split(' '),
                compatibilityFlag = "x",
            },
            ("If-Match", "x"));

        answer.Expect(400);
        Assert.Equal(
            ["contradictory-flags", "duplicate-flag", "experimental-flag", "invalid-date", "invalid-request", "invalid-request",
                "invalid-request", "unknown-flag"],
            answer.Kinds.Order(StringComparer.Ordinal));
        Assert.Contains("Invalid compatibility date: 2026-13-01", answer.Detail, StringComparison.Ordinal);
        Assert.Contains("There is no 'compatibilityFlag' here", answer.Detail, StringComparison.Ordinal);
        (await Http.GetAsync("deployments/a name")).Expect(404);
    }

    [Theory]
    [InlineData("{", "The body is no JSON")]
    [InlineData("[]", "The body must be a JSON object.")]
    [InlineData("""{"compatibilityDate":1}""", "'compatibilityDate' must be a text.")]
    [InlineData("""{"compatibilityFlags":[1]}""", "'compatibilityFlags' must be a list of texts.")]
    [InlineData("""{"experimental":"yes"}""", "'experimental' must be true or false.")]
    [InlineData("", "Worker must specify compatibilityDate.")]
    public async Task Put_UnusableBody_SaysWhy(string body, string sentence)
    {
        var answer = await Http.PutAsync("deployments/body", body);

        answer.Expect(400);
        Assert.Contains(sentence, answer.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_RedundantFlag_IsWrittenWithAWarning()
    {
        var answer = await Http.PutAsync(
            "deployments/warned", """{ "compatibilityDate": "2026-04-07", "compatibilityFlags": ["web_socket_auto_reply_to_close"] }""");

        answer.Expect(201);
        Assert.Equal(["redundant-flag"], answer.Kinds);
    }

    [Fact]
    public async Task Effective_OfADeployment_GivesTheReasonForEach()
    {
        var effective = (await Http.GetAsync("deployments/default/effective")).Expect(200);
        Assert.True(effective.GetProperty("autoReplyToClose").GetBoolean());
        Assert.Equal("blob", effective.GetProperty("binaryType").GetString());
        Assert.Equal(32 * 1024 * 1024, effective.GetProperty("maxMessageSize").GetInt32());
        Assert.Equal("on, because the date 2026-04-07 is on or after 2026-04-07", Reason(effective, "auto-reply to Close"));

        var manual = (await Http.GetAsync("deployments/manual/effective")).Expect(200);
        Assert.False(manual.GetProperty("autoReplyToClose").GetBoolean());
        Assert.Equal("off, because the flag web_socket_manual_reply_to_close is given", Reason(manual, "auto-reply to Close"));
        (await Http.GetAsync("deployments/nobody/effective")).Expect(404);
    }

    [Fact]
    public async Task Effective_OfADate_HoldsTheNewestFeaturesToo()
    {
        var body = new { compatibilityDate = "2026-10-01", compatibilityFlags = new[] { "no_spec_compliant_dispatch_exceptions" } };

        var effective = (await Http.PostAsync("effective", body)).Expect(200);

        Assert.False(effective.GetProperty("reportListenerExceptions").GetBoolean());
        Assert.True(effective.GetProperty("ioTasksPreventEviction").GetBoolean());
        Assert.True(effective.GetProperty("propertiesOnPrototype").GetBoolean());
        Assert.Equal(
            "off, because the flag no_spec_compliant_dispatch_exceptions is given",
            Reason(effective, "exceptions of listeners are reported"));
        Assert.Equal(
            "on, because the date 2026-10-01 is on or after 2026-10-01; it has no effect here", Reason(
                effective, "pending I/O prevents eviction"));

        var openApi = (await Http.GetAsync("openapi.json")).Expect(200).GetRawText();
        Assert.All(
            ["reportListenerExceptions", "ioTasksPreventEviction", "propertiesOnPrototype"],
            name => Assert.Contains($"\"{name}\"", openApi, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Compare_AcrossTheirDates_ListsTheNewestFeatures()
    {
        var comparison = (
            await Http.PostAsync(
                "compare",
                new { from = new { compatibilityDate = "2026-09-14" }, to = new { compatibilityDate = "2026-10-01" } })).Expect(200);

        var changes = comparison.GetProperty("changes").EnumerateArray().Select(change => change.GetProperty("feature").GetString());
        Assert.Equal(["exceptions of listeners are reported", "pending I/O prevents eviction"], changes);
    }

    [Fact]
    public async Task Compare_OfADateAndADeployment_ListsWhatChanges()
    {
        var comparison = (
            await Http.PostAsync(
                "compare", new { from = new { deployment = "manual" }, to = new { compatibilityDate = "2026-03-10" } })).Expect(200);

        var changes = comparison.GetProperty("changes").EnumerateArray().Select(change => change.GetProperty("feature").GetString());
        Assert.Equal(["binary type blob"], changes);
        Assert.Equal(1, comparison.GetProperty("from").GetProperty("revision").GetInt64());
    }

    [Fact]
    public async Task Compare_BothSidesBad_AnswersWithAllProblems()
    {
        var answer = await Http.PostAsync(
            "compare", new { from = new { deployment = "nobody" }, to = new { compatibilityDate = "x", flags = Array.Empty<string>() } });

        answer.Expect(400);
        Assert.Equal(["unknown-deployment", "invalid-request", "invalid-date"], answer.Kinds);
    }

    [Fact]
    public async Task Delete_UnusedOne_IsGone()
    {
        (await Http.PutAsync("deployments/unused", Plain)).Expect(201);

        (await Http.DeleteAsync("deployments/unused", ("If-Match", "\"9\""))).Expect(412);
        (await Http.DeleteAsync("deployments/unused", ("If-Match", "\"1\""))).Expect(204);

        (await Http.GetAsync("deployments/unused")).Expect(404);
        (await Http.DeleteAsync("deployments/unused")).Expect(404);
    }

    [Fact]
    public async Task Put_OfOneThatWasDeleted_CreatesItAtARevisionThatNeverWas()
    {
        (await Http.PutAsync("deployments/again", Plain)).Expect(201);
        (await Http.DeleteAsync("deployments/again")).Expect(204);
        (await Http.PutAsync("deployments/again", Plain, ("If-Match", "\"1\""))).Expect(412);

        var answer = await Http.PutAsync("deployments/again", Plain, ("If-None-Match", "*"));

        answer.Expect(201);
        Assert.Equal("\"3\"", answer.ETag);
        Assert.Contains(
            "again", (await Http.GetAsync("deployments")).Expect(200).EnumerateArray().Select(one => one.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Delete_OfOneThatIsUsed_SaysByWhom()
    {
        var answer = await Http.DeleteAsync("deployments/default");
        answer.Expect(409);
        Assert.Contains("new ends on", answer.Detail, StringComparison.Ordinal);

        // The socket's end lives on the other node than the one that is asked.
        using var client = await cluster.B.ConnectAsync("/pairs/uses-manual/0?as=manual");
        answer = await Http.DeleteAsync("deployments/manual");
        answer.Expect(409);
        Assert.Contains("end 0 of pair", answer.Detail, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{cluster.B.SiloPort}", answer.Detail, StringComparison.Ordinal);
    }

    private static string? Reason(JsonElement effective, string feature) =>
        effective.GetProperty("decisions")
            .EnumerateArray().Single(decision => decision.GetProperty("feature").GetString() == feature).GetProperty("reason").GetString();
}
