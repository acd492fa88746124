using OrleansSockets.Storage.Tests.Stores;
using Xunit;

namespace OrleansSockets.Storage.Tests.Persistence;

/// <summary>What is left of the file after a node ended in the middle of its work.</summary>
public sealed class SqliteCrashTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crash-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Kill_OfTheWriter_LosesNoWriteThatHadCompleted()
    {
        var path = Path.Combine(_folder.FullName, "killed.db");
        for (var round = 1; round <= 3; round++)
        {
            await using var writer = await StoreProcess.StartAsync(
                "dotnet",
                [typeof(SqliteCrashTests).Assembly.Location, EndlessWriter.Verb, path],
                EndlessWriter.Line(round * 20),
                "It is the .NET SDK.");
            await writer.KillAsync();

            var last = EndlessWriter.Revision(writer.Lines[^1]);
            var read = await ReadAsync(path);
            // One more may have been written and not yet said.
            Assert.InRange(read.State.Revision, last, last + 1);
            Assert.Equal(EndlessWriter.Body(read.State.Revision), read.State.Text);
        }
    }

    [Fact]
    public async Task Write_WhenItCompletes_IsInTheFiles()
    {
        var path = Path.Combine(_folder.FullName, "copied.db");
        await using var open = await OpenAsync(path);
        var state = new NoteState();
        for (var revision = 1; revision <= 10; revision++)
        {
            state.State = new() { Revision = revision, Text = EndlessWriter.Body(revision) };
            await open.Storage.WriteStateAsync(EndlessWriter.State, EndlessWriter.Grain, state);

            var copy = Copy(path, $"copy{revision}.db");

            Assert.Equal(revision, (await ReadAsync(copy)).State.Revision);
        }
    }

    /// <summary>A log whose end never reached the disk, or did so garbled, as after a power cut.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Open_OfALogThatEndsAnywhere_GivesAWholeRevision(int seed)
    {
        const int Revisions = 8;
        var path = Path.Combine(_folder.FullName, "torn.db");
        await using var open = await OpenAsync(path);
        var state = new NoteState();
        for (var revision = 1; revision <= Revisions; revision++)
        {
            state.State = new() { Revision = revision, Text = EndlessWriter.Body(revision) };
            await open.Storage.WriteStateAsync(EndlessWriter.State, EndlessWriter.Grain, state);
        }

        var random = new Random(seed);
        var seen = new HashSet<int>();
        for (var cut = 0; cut < 12; cut++)
        {
            var copy = Copy(path, $"torn{cut}.db");
            await using (var log = File.Open(copy + "-wal", FileMode.Open))
            {
                var end = random.NextInt64(log.Length);
                if (random.Next(2) == 0)
                {
                    log.SetLength(end);
                }
                else
                {
                    log.Position = end;
                    await log.WriteAsync(new byte[Math.Min(4096, log.Length - end)], Cancellation);
                }
            }

            await using var torn = await OpenAsync(copy);
            var read = await ReadAsync(torn);
            seen.Add(read.State.Revision);
            Assert.InRange(read.State.Revision, 0, Revisions);
            Assert.Equal(read.RecordExists ? EndlessWriter.Body(read.State.Revision) : "", read.State.Text);
            read.State = new() { Revision = 100, Text = EndlessWriter.Body(100) };
            await torn.Storage.WriteStateAsync(EndlessWriter.State, EndlessWriter.Grain, read);
            Assert.Equal(100, (await ReadAsync(torn)).State.Revision);
        }

        Assert.True(seen.Count > 1, "every cut gave the same revision: the log was not cut at all");
    }

    [Fact]
    public async Task Open_OfAFileThatIsNoDatabase_SaysWhichFile()
    {
        var path = Path.Combine(_folder.FullName, "letter.txt");
        await File.WriteAllTextAsync(path, new string('x', 10_000), Cancellation);

        var problem = await Assert.ThrowsAsync<OrleansException>(() => OpenAsync(path));

        Assert.Contains(path, problem.Message, StringComparison.Ordinal);
        Assert.Contains("not a database", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_WhileAnotherProcessHoldsTheFile_FailsInTimeAndThenWorks()
    {
        var path = Path.Combine(_folder.FullName, "held.db");
        await using var open = await OpenAsync(path);
        var state = new NoteState { State = { Revision = 1 } };
        await using (var holder = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path}"))
        {
            await holder.OpenAsync(Cancellation);
            await using var transaction = holder.BeginTransaction(deferred: false);

            var problem = await Assert.ThrowsAsync<OrleansException>(
                () => open.Storage.WriteStateAsync(EndlessWriter.State, EndlessWriter.Grain, state));
            Assert.Contains("locked", problem.Message, StringComparison.Ordinal);
            // Readers wait for nobody.
            Assert.False((await ReadAsync(open)).RecordExists);
        }

        await open.Storage.WriteStateAsync(EndlessWriter.State, EndlessWriter.Grain, state);
        Assert.Equal(1, (await ReadAsync(open)).State.Revision);
    }

    private static Task<OpenStorage> OpenAsync(string path) => OpenStorage.StartAsync((silo, name) =>
        silo.AddSqliteGrainStorage(name, options =>
    {
        options.Path = path;
        options.BusyTimeout = TimeSpan.FromSeconds(1);
    }));

    private static async Task<NoteState> ReadAsync(string path)
    {
        await using var open = await OpenAsync(path);
        return await ReadAsync(open);
    }

    private static async Task<NoteState> ReadAsync(OpenStorage open)
    {
        var state = new NoteState();
        await open.Storage.ReadStateAsync(EndlessWriter.State, EndlessWriter.Grain, state);
        return state;
    }

    // What a crash leaves: the database and its log; the index of the log is made anew.
    private string Copy(string path, string name)
    {
        var copy = Path.Combine(_folder.FullName, name);
        File.Copy(path, copy);
        File.Copy(path + "-wal", copy + "-wal");
        return copy;
    }
}
