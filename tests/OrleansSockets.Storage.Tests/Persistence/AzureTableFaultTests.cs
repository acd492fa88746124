using System.Diagnostics;
using System.Globalization;
using Azure.Core;
using Orleans.Storage;
using OrleansSockets.AzureTables;
using OrleansSockets.AzureTables.Persistence;
using OrleansSockets.Storage.Tests.Stores;
using Xunit;

namespace OrleansSockets.Storage.Tests.Persistence;

/// <summary>What a caller sees when the table service is full, busy, frozen or gone.</summary>
public sealed class AzureTableFaultTests(AzureTableFaultTests.OwnAzurite own) : IClassFixture<AzureTableFaultTests.OwnAzurite>
{
    private const string State = "note";
    private const int MostBytes = 983_040;
    // The limit is 5 s; the rest is for a busy machine.
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(7);

    private readonly GrainId _grain = GrainId.Create("note", Guid.NewGuid().ToString());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_OfAllThatARowHolds_Succeeds()
    {
        await using var open = await OpenAsync();
        var state = new NoteState { State = { Text = new('x', MostBytes) } };

        await open.Storage.WriteStateAsync(State, _grain, state);

        Assert.Equal(MostBytes, (await ReadAsync(open)).State.Text.Length);
    }

    [Fact]
    public async Task Write_OfMoreThanARowHolds_SaysTheLimitAndChangesNothing()
    {
        await using var open = await OpenAsync();
        var state = new NoteState { State = { Text = "small" } };
        await open.Storage.WriteStateAsync(State, _grain, state);

        state.State.Text = new('x', MostBytes + 1);
        var problem = await Assert.ThrowsAsync<AzureTablesException>(() => open.Storage.WriteStateAsync(State, _grain, state));

        Assert.Contains(MostBytes.ToString(CultureInfo.InvariantCulture), problem.Message, StringComparison.Ordinal);
        Assert.Contains((MostBytes + 1).ToString(CultureInfo.InvariantCulture), problem.Message, StringComparison.Ordinal);
        var read = await ReadAsync(open);
        Assert.Equal((state.ETag, "small"), (read.ETag, read.State.Text));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Write_WhoseAnswerWasLost_IsTriedAgainAndIsNoConflict(bool exists)
    {
        var answersToLose = 0;
        await using var open = await OpenAsync(onRequest: new(async (message, send) =>
        {
            await send();
            if (message.Request.Method != RequestMethod.Get && answersToLose-- > 0)
            {
                throw new IOException("lost on the way back");
            }
        }));
        var state = new NoteState { State = { Text = "first" } };
        if (exists)
        {
            await open.Storage.WriteStateAsync(State, _grain, state);
        }

        answersToLose = 1;
        state.State.Text = "second";
        await open.Storage.WriteStateAsync(State, _grain, state);

        Assert.True(answersToLose < 0, "the write was not tried again");
        var read = await ReadAsync(open);
        Assert.Equal((state.ETag, "second"), (read.ETag, read.State.Text));
        await open.Storage.WriteStateAsync(State, _grain, state);
    }

    [Fact]
    public async Task Write_ThatLostItsAnswerAndThenItsRow_Conflicts()
    {
        // Between the lost answer and the next try, another node replaces the row.
        await using var other = await OpenAsync();
        var replaced = false;
        await using var open = await OpenAsync(onRequest: new(async (message, send) =>
        {
            await send();
            if (
                message.Request.Method == RequestMethod.Post && !message.Request.Uri.Path.EndsWith("Tables", StringComparison.Ordinal)
                    && !replaced)
            {
                replaced = true;
                var theirs = await ReadAsync(other);
                theirs.State.Text = "theirs";
                await other.Storage.WriteStateAsync(State, _grain, theirs);
                throw new IOException("lost on the way back");
            }
        }));

        await Assert.ThrowsAsync<InconsistentStateException>(
            () => open.Storage.WriteStateAsync(State, _grain, new NoteState { State = { Text = "ours" } }));

        Assert.True(replaced);
        Assert.Equal("theirs", (await ReadAsync(other)).State.Text);
    }

    [Fact]
    public async Task Write_WhenThrottledForAWhile_Succeeds()
    {
        using var busy = new RefusingTableService(503, "ServerBusy");
        var throttled = 0;
        await using var open = await OpenAsync(
            onRequest: new((message, send) => throttled-- > 0 ? busy.AnswerInsteadAsync(message, send) : send()));

        throttled = 3;
        await open.Storage.WriteStateAsync(State, _grain, new NoteState { State = { Text = "patient" } });

        Assert.Equal(3, busy.Requests);
        Assert.Equal("patient", (await ReadAsync(open)).State.Text);
    }

    [Theory]
    [InlineData(503, "ServerBusy", 4, "too busy (503 ServerBusy)")]
    [InlineData(429, "TooManyRequests", 4, "too busy (429 TooManyRequests)")]
    [InlineData(500, "InternalError", 4, "500 InternalError")]
    [InlineData(403, "AuthorizationPermissionMismatch", 1, "access denied (403 AuthorizationPermissionMismatch)")]
    [InlineData(404, "TableNotFound", 1, "404 TableNotFound")]
    public async Task Write_WhenRefused_FailsInTimeAndSaysWhy(int status, string code, int tries, string words)
    {
        using var service = new RefusingTableService(status, code);
        var refused = false;
        await using var open = await OpenAsync(
            onRequest: new((message, send) => refused ? service.AnswerInsteadAsync(message, send) : send()));
        var state = new NoteState();
        await open.Storage.WriteStateAsync(State, _grain, state);
        var etag = state.ETag;

        refused = true;
        var problem = await FailsInTimeAsync(() => open.Storage.WriteStateAsync(State, _grain, state));

        Assert.Contains(words, problem.Message, StringComparison.Ordinal);
        Assert.Contains($"write '{State}' of {_grain}", problem.Message, StringComparison.Ordinal);
        Assert.Contains(
            $"table '{AzureTableGrainStorageOptions.DefaultTableName}' of 127.0.0.1", problem.Message, StringComparison.Ordinal);
        Assert.Equal(tries, service.Requests);
        Assert.Equal(etag, state.ETag);
        refused = false;
        await open.Storage.WriteStateAsync(State, _grain, state);
    }

    [Fact]
    public async Task Write_WhenToldToComeBackMuchLater_FailsInTime()
    {
        using var service = new RefusingTableService(503, "ServerBusy", retryAfter: TimeSpan.FromMinutes(2));
        var refused = false;
        await using var open = await OpenAsync(
            onRequest: new((message, send) => refused ? service.AnswerInsteadAsync(message, send) : send()));

        refused = true;
        var problem = await FailsInTimeAsync(() => open.Storage.WriteStateAsync(State, _grain, new NoteState()));

        Assert.Contains("no answer within 5 s", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_WhileTheServiceIsFrozen_FailsInTimeAndHealsWithIt()
    {
        await using var open = await OpenAsync();
        var state = new NoteState { State = { Text = "before" } };
        await open.Storage.WriteStateAsync(State, _grain, state);

        await own.Azurite.FreezeAsync();
        try
        {
            state.State.Text = "during";
            var problem = await FailsInTimeAsync(() => open.Storage.WriteStateAsync(State, _grain, state));
            Assert.Contains("no answer within 5 s", problem.Message, StringComparison.Ordinal);
        }
        finally
        {
            await own.Azurite.ThawAsync();
        }

        // Whether the write arrived is for the next read to say; it is whole either way.
        var read = await ReadAsync(open);
        Assert.True(read.State.Text is "before" or "during", read.State.Text);
        read.State.Text = "after";
        await WriteUntilDoneAsync(open, read);
        Assert.Equal("after", (await ReadAsync(open)).State.Text);
    }

    [Fact]
    public async Task Write_WhileTheServiceIsGone_FailsInTimeAndHealsWithIt()
    {
        await using var open = await OpenAsync();
        var state = new NoteState { State = { Text = "before" } };
        await open.Storage.WriteStateAsync(State, _grain, state);

        await own.Azurite.StopAsync();
        try
        {
            await FailsInTimeAsync(() => open.Storage.WriteStateAsync(State, _grain, state));
        }
        finally
        {
            await own.Azurite.RestartAsync();
        }

        await open.Storage.WriteStateAsync(State, _grain, state);
    }

    [Fact]
    public async Task Write_WhenCancelled_IsCancelledAndNoFault()
    {
        await using var open = await OpenAsync();
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => open.Storage.WriteStateAsync(State, _grain, new NoteState(), cancelled.Token));
    }

    private Task<OpenStorage> OpenAsync(OnRequest? onRequest = null) => OpenStorage.StartAsync((silo, name) =>
        silo.AddAzureTableGrainStorage(name, options =>
    {
        options.ConnectionString = own.Azurite.ConnectionString;
        options.GrainStorageSerializer = new RawText();
        options.ConfigureClient = client =>
        {
            if (onRequest is not null)
            {
                client.AddPolicy(onRequest, HttpPipelinePosition.PerRetry);
            }
        };
    }));

    private async Task<NoteState> ReadAsync(OpenStorage open)
    {
        var state = new NoteState();
        await open.Storage.ReadStateAsync(State, _grain, state);
        return state;
    }

    // A late try of the failed write may still come in.
    private async Task WriteUntilDoneAsync(OpenStorage open, NoteState state)
    {
        for (var attempt = 0; attempt < 4; attempt++)
        {
            try
            {
                await open.Storage.WriteStateAsync(State, _grain, state);
                return;
            }
            catch (InconsistentStateException)
            {
                var text = state.State.Text;
                await open.Storage.ReadStateAsync(State, _grain, state);
                state.State.Text = text;
            }
        }

        Assert.Fail("the storage did not heal");
    }

    private static async Task<AzureTablesException> FailsInTimeAsync(Func<Task> write)
    {
        var begin = Stopwatch.GetTimestamp();
        var problem = await Assert.ThrowsAsync<AzureTablesException>(write);
        Assert.InRange(Stopwatch.GetElapsedTime(begin), TimeSpan.Zero, MostTime);
        return problem;
    }

    /// <summary>A table service that these tests may stop.</summary>
    public sealed class OwnAzurite : IAsyncLifetime
    {
        public Azurite Azurite { get; } = new();

        public ValueTask InitializeAsync() => Azurite.InitializeAsync();

        public ValueTask DisposeAsync() => Azurite.DisposeAsync();
    }
}
