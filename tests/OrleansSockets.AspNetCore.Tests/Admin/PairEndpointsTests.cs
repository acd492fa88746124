using System.Text.Json;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Admin;

public sealed class PairEndpointsTests(AdminCluster cluster) : IClassFixture<AdminCluster>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private AdminHttp Http => cluster.Http;

    private string NodeA => $"127.0.0.1:{cluster.A.SiloPort}";

    private string NodeB => $"127.0.0.1:{cluster.B.SiloPort}";

    [Fact]
    public async Task Get_EndsOnTwoNodes_ShowsBoth()
    {
        using var first = await cluster.A.ConnectAsync("/pairs/both/0?as=both");
        using var second = await cluster.B.ConnectAsync("/pairs/both/1");
        var id = await IdOfAsync("both");

        var pair = (await Http.GetAsync($"pairs/{id}")).Expect(200);

        Assert.False(pair.GetProperty("finished").GetBoolean());
        Assert.Equal(NodeA, pair.GetProperty("grainNode").GetString());
        Assert.True(pair.GetProperty("epoch").GetInt64() >= 1);
        var ends = pair.GetProperty("ends").EnumerateArray().ToArray();
        Assert.Equal(
            [(0, NodeA, "open", "coupled", "both", 1), (1, NodeB, "open", "coupled", "default", 1)],
            ends.Select(end => (
                end.GetProperty("side").GetInt32(),
                end.GetProperty("node").GetString()!,
                end.GetProperty("readyState").GetString()!,
                end.GetProperty("phase").GetString()!,
                end.GetProperty("deployment").GetString()!,
                end.GetProperty("revision").GetInt32())));
        Assert.Contains(pair.GetProperty("timeline").EnumerateArray(), entry => entry.GetProperty("node").GetString() == NodeB);
        first.Reset();
        Assert.Equal("fin", await second.ReadAsync());
    }

    [Fact]
    public async Task List_WithFilters_HoldsWhatMatches()
    {
        using var echo = await cluster.B.ConnectAsync("/echo");
        await echo.SendTextAsync("there?");
        Assert.Equal("text there?", await echo.ReadAsync());

        var onB = await ListAsync($"node={NodeB}&state=accepted");
        var pair = Assert.Single(onB);
        Assert.Equal(
            ["coupled", "accepted"], pair.GetProperty("ends").EnumerateArray().Select(end => end.GetProperty("phase").GetString()));
        Assert.Empty(await ListAsync($"node={NodeA}&state=accepted"));
        Assert.Empty(await ListAsync("state=connecting"));
        Assert.Empty(await ListAsync("deployment=nobody"));
        Assert.NotEmpty(await ListAsync("state=open&deployment=default"));
    }

    [Fact]
    public async Task List_InPages_HoldsEachOnce()
    {
        List<RawClient> clients = [];
        try
        {
            for (var i = 0; i < 5; i++)
            {
                clients.Add(await (i % 2 == 0 ? cluster.A : cluster.B).ConnectAsync($"/pairs/page-{i}/0?as=paged"));
            }

            List<string> seen = [];
            string? after = null;
            var pages = 0;
            do
            {
                var page = (await Http.GetAsync($"pairs?deployment=paged&limit=2&after={after ?? Guid.Empty.ToString()}")).Expect(200);
                Assert.InRange(page.GetProperty("pairs").GetArrayLength(), 0, 2);
                seen.AddRange(page.GetProperty("pairs").EnumerateArray().Select(pair => pair.GetProperty("id").GetString()!));
                after = page.GetProperty("next").GetString();
                Assert.True(++pages < 10);
            }
            while (after is not null);

            Assert.Equal(seen.Distinct().Order(StringComparer.Ordinal), seen);
            Assert.Equal(5, seen.Count);
        }
        finally
        {
            foreach (var client in clients)
            {
                client.Dispose();
            }
        }
    }

    [Fact]
    public async Task List_BadFilters_AnswersWithAllProblems()
    {
        var answer = await Http.GetAsync("pairs?limit=0&state=ajar&after=x&node=nowhere");

        answer.Expect(400);
        Assert.Equal(["invalid-request", "invalid-request", "invalid-request", "unknown-node"], answer.Kinds);
    }

    [Fact]
    public async Task Close_BothClients_GetIt()
    {
        using var first = await cluster.A.ConnectAsync("/pairs/closing/0?as=closed");
        using var second = await cluster.B.ConnectAsync("/pairs/closing/1?as=closed");
        var id = await IdOfAsync("closed");

        (await Http.PostAsync($"pairs/{id}/close", new { code = 4001, reason = "enough" })).Expect(202);

        Assert.Equal("close 4001 enough", await first.ReadAsync());
        Assert.Equal("close 4001 enough", await second.ReadAsync());
        await first.SendCloseAsync(4001);
        await second.SendCloseAsync(4001);
        Assert.Equal("fin", await first.ReadAsync());
        Assert.Equal("fin", await second.ReadAsync());
        await UntilFinishedAsync(id);
        (await Http.PostAsync($"pairs/{id}/close")).Expect(409);
    }

    [Fact]
    public async Task Close_UnusableCodeAndReason_SaysBoth()
    {
        using var client = await cluster.A.ConnectAsync("/pairs/odd/0?as=odd");
        var id = await IdOfAsync("odd");

        var answer = await Http.PostAsync($"pairs/{id}/close", new { code = 1005, reason = new string('x', 124) });

        answer.Expect(400);
        Assert.Equal(["invalid-code", "reason-too-long"], answer.Kinds);
    }

    [Fact]
    public async Task Drop_BothClients_LoseTheirConnection()
    {
        using var first = await cluster.A.ConnectAsync("/pairs/dropping/0?as=dropped");
        using var second = await cluster.B.ConnectAsync("/pairs/dropping/1?as=dropped");
        var id = await IdOfAsync("dropped");

        (await Http.PostAsync($"pairs/{id}/drop")).Expect(202);

        Assert.Equal("fin", await first.ReadAsync());
        Assert.Equal("fin", await second.ReadAsync());
        await UntilFinishedAsync(id);
        Assert.All(
            (await Http.GetAsync($"pairs/{id}")).Json.GetProperty("explanation").EnumerateArray(),
            sentence => Assert.EndsWith("because an administrator dropped the pair.", sentence.GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Get_AfterTheClientWentAway_ExplainsThe1006()
    {
        using var client = await cluster.B.ConnectAsync("/echo?as=explained");
        await client.SendTextAsync("there?");
        Assert.Equal("text there?", await client.ReadAsync());
        var id = await IdOfAsync("explained");
        client.Reset();
        await UntilFinishedAsync(id);

        var explanation = Assert.Single((await Http.GetAsync($"pairs/{id}")).Json.GetProperty("explanation").EnumerateArray()).GetString()!;

        Assert.StartsWith($"End 1 on {NodeB} saw a close event with 1006 at ", explanation, StringComparison.Ordinal);
        Assert.EndsWith($"because the client's connection was lost (end 0 on {NodeB}).", explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pairs/0123456789abcdef0123456789abcdef")]
    [InlineData("pairs/x")]
    public async Task Get_OfNoPair_404(string path)
    {
        (await Http.GetAsync(path)).Expect(404);
        (await Http.PostAsync($"{path}/close")).Expect(404);
        (await Http.PostAsync($"{path}/drop")).Expect(404);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<string> IdOfAsync(string deployment)
    {
        IReadOnlyList<JsonElement> pairs = [];
        await UntilAsync(async () => (pairs = await ListAsync($"deployment={deployment}")).Count == 1);
        return pairs[0].GetProperty("id").GetString()!;
    }

    private async Task<IReadOnlyList<JsonElement>> ListAsync(string filter) =>
        [.. (await Http.GetAsync($"pairs?{filter}")).Expect(200).GetProperty("pairs").EnumerateArray()];

    private Task UntilFinishedAsync(string id) =>
        UntilAsync(async () => (await Http.GetAsync($"pairs/{id}")).Expect(200).GetProperty("finished").GetBoolean());

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, "It did not happen in time.");
            await Task.Delay(Poll, TimeProvider.System, Token);
        }
    }
}
