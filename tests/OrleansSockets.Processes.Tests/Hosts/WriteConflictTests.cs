using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace OrleansSockets.Processes.Tests.Hosts;

/// <summary>Many writers of one deployment, through the admin APIs of three processes, on the real store.</summary>
public sealed class WriteConflictTests(HostCluster cluster) : IClassFixture<HostCluster>
{
    private const int Writers = 8;
    private const int WritesEach = 100;

    // A date and flags that nobody writes in another combination: a mixture would show.
    private static readonly Settings[] Versions =
    [
        new("2026-04-07", "web_socket_manual_reply_to_close"),
        new("2026-03-10"),
        new("2026-05-01", "web_socket_manual_reply_to_close", "no_websocket_standard_binary_type"),
        new("2026-06-01", "no_websocket_standard_binary_type"),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Put_EightWritersOnThreeNodes_LosesNoRevision()
    {
        const string Name = "written";
        using var done = new CancellationTokenSource();
        var reading = cluster.Nodes.Select(node => ReadAsync(node, Name, mayBeDeleted: false, done.Token)).ToArray();

        var revisions = await Task.WhenAll(Enumerable.Range(0, Writers).Select(WriteAsync));
        await done.CancelAsync();
        await Task.WhenAll(reading);

        Assert.Equal(
            Enumerable.Range(1, Writers * WritesEach).Select(revision => (long)revision), revisions.SelectMany(own => own).Order());
        foreach (var node in cluster.Nodes)
        {
            Assert.Equal(Writers * WritesEach, (await node.Admin.GetAsync($"deployments/{Name}")).Revision);
        }

        async Task<List<long>> WriteAsync(int writer)
        {
            var admin = cluster.Nodes[writer % cluster.Nodes.Count].Admin;
            List<long> written = [];
            while (written.Count < WritesEach)
            {
                var revision = await FindAsync(admin, Name) ?? 0;
                var answer = await admin.PutAsync(Name, Versions[(writer + written.Count) % Versions.Length], revision);
                if (answer.IsWritten)
                {
                    Assert.Equal(revision + 1, answer.Revision);
                    written.Add(answer.Revision);
                }
                else
                {
                    answer.Expect(HttpStatusCode.PreconditionFailed);
                }
            }

            return written;
        }
    }

    [Fact]
    public async Task Delete_AgainstUpdates_EachIsARevisionOfItsOwn()
    {
        const string Name = "fought-over";
        const int Rounds = 40;
        var made = new ConcurrentBag<long>();
        var deletes = 0;
        using var done = new CancellationTokenSource();
        var reading = cluster.Nodes.Select(node => ReadAsync(node, Name, mayBeDeleted: true, done.Token)).ToArray();

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            var admin = cluster.Nodes[writer % cluster.Nodes.Count].Admin;
            for (var round = 0; round < Rounds; round++)
            {
                // Those that name a revision seldom win, for a delete first asks all nodes whether they need the deployment; those that
                // name none always do.
                await (
                    writer % 4 == 0
                        ? DeleteAsync(admin, conditional: round % 2 == 0)
                        : WriteAsync(admin, Versions[writer % Versions.Length]));
            }
        }));
        await done.CancelAsync();
        await Task.WhenAll(reading);

        var last = await FindAsync(cluster.A.Admin, Name);
        foreach (var node in cluster.Nodes)
        {
            Assert.Equal(
                last, Find((await node.Admin.GetAsync("deployments")).Expect(HttpStatusCode.OK), Name)?.GetProperty("revision").GetInt64());
        }

        // Nobody was told of a write that is not there, and no two of the same one.
        Assert.Equal(made.Count, made.Distinct().Count());
        Assert.NotEqual(0, deletes);
        Assert.Equal(made.Count + deletes + 1, (await cluster.B.Admin.PutAsync(Name, Versions[0])).Revision);

        async Task WriteAsync(AdminClient admin, Settings settings)
        {
            var revision = await FindAsync(admin, Name) ?? 0;
            var answer = await admin.PutAsync(Name, settings, revision);
            if (answer.IsWritten)
            {
                Assert.True(revision == 0 || answer.Revision == revision + 1, $"Revision {answer.Revision} was written over {revision}.");
                made.Add(answer.Revision);
            }
            else
            {
                answer.Expect(HttpStatusCode.PreconditionFailed);
            }
        }

        async Task DeleteAsync(AdminClient admin, bool conditional)
        {
            if (await FindAsync(admin, Name) is not { } revision)
            {
                return;
            }

            var answer = await admin.DeleteAsync(Name, conditional ? revision : null);
            if (answer.Status != HttpStatusCode.NoContent)
            {
                answer.Expect(conditional ? HttpStatusCode.PreconditionFailed : HttpStatusCode.NotFound);
            }
            else if (conditional)
            {
                // A deletion is a revision, too.
                made.Add(revision + 1);
            }
            else
            {
                Interlocked.Increment(ref deletes);
            }
        }
    }

    private static async Task<long?> FindAsync(AdminClient admin, string name)
    {
        var found = await admin.GetAsync($"deployments/{name}");
        if (found.Status == HttpStatusCode.NotFound)
        {
            return null;
        }

        found.Expect(HttpStatusCode.OK);
        return found.Revision;
    }

    private static JsonElement? Find(JsonElement list, string name) =>
        list.EnumerateArray().Where(one => one.GetProperty("name").GetString() == name).Select(one => (JsonElement?)one).SingleOrDefault();

    // The deployment by itself and in the list, over and over: whole versions, of which none is older than the one before.
    private static async Task ReadAsync(HostNode node, string name, bool mayBeDeleted, CancellationToken done)
    {
        var (single, listed) = (default(Reading), default(Reading));
        while (!done.IsCancellationRequested)
        {
            var found = await node.Admin.GetAsync($"deployments/{name}");
            single = Check(found.Status == HttpStatusCode.NotFound ? null : found.Expect(HttpStatusCode.OK), single);
            listed = Check(Find((await node.Admin.GetAsync("deployments")).Expect(HttpStatusCode.OK), name), listed);
        }

        Reading Check(JsonElement? document, Reading before)
        {
            if (document is not { } there)
            {
                Assert.True(mayBeDeleted || before.Revision == 0, $"{before} has vanished.");
                return before;
            }

            var now = new Reading(there.GetProperty("revision").GetInt64(), there.GetProperty("updatedAt").GetDateTimeOffset());
            Assert.Contains(Settings.Of(there), Versions);
            Assert.True(
                now == before || (now.Revision > before.Revision && now.UpdatedAt > before.UpdatedAt), $"{now} came after {before}.");
            return now;
        }
    }

    private readonly record struct Reading(long Revision, DateTimeOffset UpdatedAt);
}
