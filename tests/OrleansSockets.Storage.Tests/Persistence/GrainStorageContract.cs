using System.Text;
using Orleans.Storage;
using OrleansSockets.Storage.Tests.Stores;
using Xunit;

namespace OrleansSockets.Storage.Tests.Persistence;

/// <summary>What every grain storage keeps to. Each store runs all of it, on a cluster of three nodes.</summary>
public abstract class GrainStorageContract(GrainStore store)
{
    private const string State = "note";

    private IGrainStorage Storage => store.Nodes[0];

    public static TheoryData<byte[]> OddKeys => new()
    {
        @"/\#?%2F"u8.ToArray(),
        "it's \"quoted\" & <tagged>, with spaces "u8.ToArray(),
        "Wölfe ☃ 狼 👩‍🚀"u8.ToArray(),
        "one\ntwo\0three\u007f\u009f"u8.ToArray(),
        new byte[] { 0xff, 0xfe, 0x80 },
        Encoding.UTF8.GetBytes(new string('k', 3000)),
    };

    [Fact]
    public async Task Read_OfNothing_GivesNewStateWithoutETag()
    {
        var read = await ReadAsync(NewGrain());

        Assert.False(read.RecordExists);
        Assert.Null(read.ETag);
        Assert.Equal(0, read.State.Revision);
    }

    [Fact]
    public async Task Write_ThenRead_GivesTheSameOnEveryNode()
    {
        var grain = NewGrain();
        var written = await WriteAsync(grain, revision: 1, "first");

        foreach (var node in store.Nodes)
        {
            var read = await ReadAsync(grain, node);
            Assert.True(read.RecordExists);
            Assert.Equal(written.ETag, read.ETag);
            Assert.Equal((1, "first"), (read.State.Revision, read.State.Text));
        }
    }

    [Fact]
    public async Task Write_Again_ReplacesStateAndETag()
    {
        var grain = NewGrain();
        var state = await WriteAsync(grain, revision: 1, "first");
        var first = state.ETag;

        state.State = new() { Revision = 2, Text = "second" };
        await Storage.WriteStateAsync(State, grain, state);

        Assert.NotEqual(first, state.ETag);
        var read = await ReadAsync(grain);
        Assert.Equal(state.ETag, read.ETag);
        Assert.Equal((2, "second"), (read.State.Revision, read.State.Text));
    }

    [Fact]
    public async Task Write_WithoutETagOverAnother_ConflictsAndChangesNothing()
    {
        var grain = NewGrain();
        var written = await WriteAsync(grain, revision: 1, "first");

        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(grain, revision: 2, "second"));

        var read = await ReadAsync(grain);
        Assert.Equal(written.ETag, read.ETag);
        Assert.Equal("first", read.State.Text);
    }

    [Fact]
    public async Task Write_WithStaleETag_ConflictsAndChangesNothing()
    {
        var grain = NewGrain();
        var stale = await WriteAsync(grain, revision: 1, "first");
        var other = await ReadAsync(grain, store.Nodes[1]);
        other.State.Text = "second";
        await store.Nodes[1].WriteStateAsync(State, grain, other);

        stale.State.Text = "third";
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync(State, grain, stale));

        var read = await ReadAsync(grain);
        Assert.Equal(other.ETag, read.ETag);
        Assert.Equal("second", read.State.Text);
    }

    [Fact]
    public async Task Clear_ThenRead_GivesNothing()
    {
        var grain = NewGrain();
        var state = await WriteAsync(grain, revision: 1, "first");

        await Storage.ClearStateAsync(State, grain, state);

        Assert.False(state.RecordExists);
        Assert.Equal(0, state.State.Revision);
        var read = await ReadAsync(grain);
        Assert.False(read.RecordExists);
        Assert.Equal(0, read.State.Revision);
    }

    [Fact]
    public async Task Clear_OfNothing_Succeeds()
    {
        var state = new NoteState();

        await Storage.ClearStateAsync(State, NewGrain(), state);

        Assert.False(state.RecordExists);
        Assert.NotNull(state.State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Clear_WithStaleOrNoETag_ConflictsAndChangesNothing(bool hasETag)
    {
        var grain = NewGrain();
        var state = await WriteAsync(grain, revision: 1, "first");
        var stale = new NoteState { ETag = hasETag ? state.ETag : null };
        state.State.Text = "second";
        await Storage.WriteStateAsync(State, grain, state);

        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.ClearStateAsync(State, grain, stale));

        Assert.Equal("second", (await ReadAsync(grain)).State.Text);
    }

    [Fact]
    public async Task Write_AfterAnotherNodeCleared_Conflicts()
    {
        var grain = NewGrain();
        var state = await WriteAsync(grain, revision: 1, "first");
        await store.Nodes[1].ClearStateAsync(State, grain, await ReadAsync(grain, store.Nodes[1]));

        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync(State, grain, state));

        Assert.False((await ReadAsync(grain)).RecordExists);
    }

    [Fact]
    public async Task Clear_AfterAnotherNodeCleared_Conflicts()
    {
        var grain = NewGrain();
        var state = await WriteAsync(grain, revision: 1, "first");
        await store.Nodes[1].ClearStateAsync(State, grain, await ReadAsync(grain, store.Nodes[1]));

        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.ClearStateAsync(State, grain, state));
    }

    [Fact]
    public async Task Write_WithAnETagFromAnEarlierLife_Conflicts()
    {
        var grain = NewGrain();
        var earlier = await WriteAsync(grain, revision: 1, "earlier life");
        var state = await ReadAsync(grain);
        await Storage.ClearStateAsync(State, grain, state);
        state.State = new() { Revision = 1, Text = "later life" };
        await Storage.WriteStateAsync(State, grain, state);

        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync(State, grain, earlier));

        Assert.Equal("later life", (await ReadAsync(grain)).State.Text);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65_000)]
    [InlineData(66_000)]
    [InlineData(900_000)]
    public async Task Write_OfBigState_ReadsBackWhole(int length)
    {
        var grain = NewGrain();
        var text = string.Create(length, 0, (characters, _) =>
        {
            for (var index = 0; index < characters.Length; index++)
            {
                characters[index] = (char)('a' + (index % 23));
            }
        });

        var state = await WriteAsync(grain, revision: 1, text);
        Assert.Equal(text, (await ReadAsync(grain)).State.Text);

        // What was bigger before leaves nothing behind.
        state.State.Text = "small";
        await Storage.WriteStateAsync(State, grain, state);
        Assert.Equal("small", (await ReadAsync(grain)).State.Text);
    }

    [Theory]
    [MemberData(nameof(OddKeys))]
    public async Task Write_UnderOddKeys_KeepsThemApart(byte[] key)
    {
        // Neighbours that a careless escape, a cut or a change of case would make the same.
        byte[][] neighbours =
            [key, [.. key, (byte)'a'], [.. key, (byte)'A'], [.. key, (byte)'/'], [.. key, (byte)'='], [.. key, (byte)'!'],
                [.. "=2F"u8, .. key]];
        var type = GrainType.Create("odd" + Guid.NewGuid().ToString("N"));
        var grains = neighbours.Select(bytes => new GrainId(type, new IdSpan(bytes))).ToList();

        for (var index = 0; index < grains.Count; index++)
        {
            await WriteAsync(grains[index], index, "kept apart");
        }

        for (var index = 0; index < grains.Count; index++)
        {
            Assert.Equal(index, (await ReadAsync(grains[index])).State.Revision);
        }
    }

    [Fact]
    public async Task Write_UnderTwoStateNames_KeepsThemApart()
    {
        var grain = NewGrain();
        string[] names = ["state", "State", "state/2", "state#2", new('s', 2000)];
        for (var index = 0; index < names.Length; index++)
        {
            var state = new NoteState { State = { Revision = index + 1 } };
            await Storage.WriteStateAsync(names[index], grain, state);
        }

        for (var index = 0; index < names.Length; index++)
        {
            var state = new NoteState();
            await Storage.ReadStateAsync(names[index], grain, state);
            Assert.Equal(index + 1, state.State.Revision);
        }
    }

    [Fact]
    public async Task Read_InAnotherService_GivesNothing()
    {
        var grain = NewGrain();
        await WriteAsync(grain, revision: 1, "ours");

        await store.WithAnotherServiceAsync(async storage =>
        {
            Assert.False((await ReadAsync(grain, storage)).RecordExists);
            await storage.WriteStateAsync(State, grain, new NoteState { State = { Revision = 2, Text = "theirs" } });
        });

        Assert.Equal("ours", (await ReadAsync(grain)).State.Text);
    }

    [Fact]
    public async Task Write_ByEightWritersOnThreeNodes_LosesNone()
    {
        const int Writers = 8;
        const int Each = 100;
        var grain = NewGrain();
        var revisions = new List<int>();

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var node = store.Nodes[writer % store.Nodes.Count];
            for (var done = 0; done < Each;)
            {
                var state = await ReadAsync(grain, node);
                state.State.Revision++;
                try
                {
                    await node.WriteStateAsync(State, grain, state);
                }
                catch (InconsistentStateException)
                {
                    continue;
                }

                done++;
                lock (revisions)
                {
                    revisions.Add(state.State.Revision);
                }
            }
        })));

        Assert.Equal(Enumerable.Range(1, Writers * Each), revisions.Order());
        Assert.Equal(Writers * Each, (await ReadAsync(grain)).State.Revision);
    }

    [Fact]
    public async Task Read_DuringWrites_GivesWholeVersionsThatNeverGoBack()
    {
        var grain = NewGrain();
        var state = await WriteAsync(grain, revision: 1, Body(1));
        using var done = new CancellationTokenSource();

        var readers = store.Nodes.Select(node => Task.Run(async () =>
        {
            var last = 0;
            for (var reads = 0; reads < 3 || !done.IsCancellationRequested; reads++)
            {
                var read = await ReadAsync(grain, node);
                Assert.InRange(read.State.Revision, last, int.MaxValue);
                Assert.Equal(Body(read.State.Revision), read.State.Text);
                last = read.State.Revision;
            }
        })).ToList();

        for (var revision = 2; revision <= 40; revision++)
        {
            state.State = new() { Revision = revision, Text = Body(revision) };
            await Storage.WriteStateAsync(State, grain, state);
        }

        await done.CancelAsync();
        await Task.WhenAll(readers);

        // Several times what one property of a table holds.
        static string Body(int revision) => new((char)('A' + (revision % 26)), 150_000 + revision);
    }

    [Fact]
    public async Task Read_AfterRestartOfStoreAndNodes_GivesWhatWasWritten()
    {
        var small = NewGrain();
        var big = NewGrain();
        var cleared = NewGrain();
        var smallState = await WriteAsync(small, revision: 7, "kept");
        await WriteAsync(big, revision: 8, new string('b', 300_000));
        await Storage.ClearStateAsync(State, cleared, await WriteAsync(cleared, revision: 9, "gone"));

        await store.RestartAsync();

        var read = await ReadAsync(small);
        Assert.Equal(smallState.ETag, read.ETag);
        Assert.Equal((7, "kept"), (read.State.Revision, read.State.Text));
        Assert.Equal(new string('b', 300_000), (await ReadAsync(big)).State.Text);
        Assert.False((await ReadAsync(cleared)).RecordExists);
        read.State.Revision++;
        await Storage.WriteStateAsync(State, small, read);
    }

    private static GrainId NewGrain() => GrainId.Create("note", Guid.NewGuid().ToString());

    private async Task<NoteState> ReadAsync(GrainId grain, IGrainStorage? node = null)
    {
        var state = new NoteState();
        await (node ?? Storage).ReadStateAsync(State, grain, state);
        return state;
    }

    private async Task<NoteState> WriteAsync(GrainId grain, int revision, string text)
    {
        var state = new NoteState { State = { Revision = revision, Text = text } };
        await Storage.WriteStateAsync(State, grain, state);
        Assert.True(state.RecordExists);
        return state;
    }
}
