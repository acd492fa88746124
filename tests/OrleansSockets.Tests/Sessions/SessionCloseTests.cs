using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.Administration;

namespace OrleansSockets.Tests.Sessions;

[Collection(OneSilo.Collection)]
public sealed class SessionCloseTests(OneSilo one)
{
    private readonly Meeting _meeting = new(one.Cluster);

    private IMeeting Session => _meeting.Session;

    [Fact]
    public async Task CloseWebSocket_CodeAndReason_ReachTheClientBehindWhatWasSent()
    {
        var (client, log) = await _meeting.JoinAsync();
        await Session.SendToWebSocketAsync(client.PairId, "first");

        Assert.True(await Session.CloseWebSocketAsync(client.PairId, 4001, "enough"));

        Assert.Equal(["message first", "close 4001 'enough' clean in Closed"], await log.WaitForAsync(2));
        await one.PairGoneAsync(client);
        Assert.Empty(await Session.GetWebSocketsAsync());
    }

    [Fact]
    public async Task CloseWebSocket_Twice_TheFirstStands()
    {
        var (client, log) = await _meeting.JoinAsync(options: new AcceptOptions { AllowHalfOpen = true });

        Assert.True(await Session.CloseWebSocketAsync(client.PairId, 4001));
        Assert.False(await Session.CloseWebSocketAsync(client.PairId, 4002));

        Assert.Equal(["close 4001 '' clean in Closing"], await log.WaitForAsync(1));
        client.Close();
        await one.PairGoneAsync(client);
    }

    /// <summary>The default deployment's date is after 2026-03-03: reasons are limited.</summary>
    [Theory]
    [InlineData(WebSocketPairErrorKind.InvalidCode, 1005, null)]
    [InlineData(WebSocketPairErrorKind.InvalidCode, 999, "x")]
    [InlineData(WebSocketPairErrorKind.ReasonTooLong, 1000,
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123")]
    [InlineData(WebSocketPairErrorKind.ReasonWithoutCode, null, "x")]
    public async Task CloseWebSocket_BadArguments_ThrowTheSameAsClose(WebSocketPairErrorKind kind, int? code, string? reason)
    {
        var (client, log) = await _meeting.JoinAsync();
        var expected = Assert.Throws<WebSocketPairException>(() => client.Close(code, reason));

        var here = await Assert.ThrowsAsync<WebSocketPairException>(() => Session.CloseWebSocketAsync(client.PairId, code, reason));
        var gone = await Assert.ThrowsAsync<WebSocketPairException>(() => Session.CloseWebSocketAsync("nobody", code, reason));

        Assert.Equal((kind, expected.Message), (here.Kind, here.Message));
        Assert.Equal((kind, expected.Message), (gone.Kind, gone.Message));
        await one.IdleAsync();
        Assert.Empty(log.Lines);
        Assert.Equal(ReadyState.Open, Assert.Single(await Session.GetWebSocketsAsync()).ReadyState);
    }

    [Fact]
    public async Task ForcedClose_OfAHalfOpenEndWhoseClientHasClosed_LetsTheActivationGo()
    {
        var activation = await Session.ActivationAsync();
        var (client, log) = await _meeting.JoinAsync(path: MeetingSession.HalfOpen);
        client.Close(1000);
        await one.IdleAsync();

        one.Silo.Services.GetRequiredService<PairAdministration>().Close(client.Core.Pair.Id, 4009, "by an administrator");

        Assert.Equal(["close 4009 'by an administrator' clean in Closed"], await log.WaitForAsync(1));
        Assert.Empty(await Session.GetWebSocketsAsync());
        await one.CollectAsync();
        Assert.NotEqual(activation, await Session.ActivationAsync());
    }
}
