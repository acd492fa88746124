using OrleansSockets.Sessions;
using OrleansSockets.Testing;

namespace OrleansSockets.Tests.Sessions;

/// <summary>A session of a test's own, called by a client of the cluster as a process outside would.</summary>
internal sealed class Meeting(PairTestCluster cluster)
{
    private const int Mebibyte = 1024 * 1024;

    private readonly string _name = Guid.NewGuid().ToString();

    public IMeeting Session => cluster.Grains.GetGrain<IMeeting>(_name);

    /// <summary>Activates the session on that silo.</summary>
    public Task PlaceAsync(TestSilo silo) => silo.Grains.GetGrain<IMeeting>(_name).ActivationAsync();

    /// <summary>A client's end on a silo, listening, with what it hears.</summary>
    public async Task<(WebSocketEnd End, EventLog Log)> JoinAsync(TestSilo? silo = null, string path = "/", AcceptOptions? options = null)
    {
        var end = await ClaimAsync(await UpgradeAsync(path), silo);
        var log = new EventLog(end);
        end.Accept(options);
        return (end, log);
    }

    /// <summary>As <see cref="JoinAsync"/>, but nobody listens to the end, and the session's send buffer for it is used up.</summary>
    public async Task<WebSocketEnd> JoinFullAsync(TestSilo? silo = null)
    {
        var end = await ClaimAsync(await UpgradeAsync("/"), silo);
        Assert.Equal(WebSocketSendOutcome.Sent, await Session.SendToWebSocketAsync(end.PairId, new byte[2 * Mebibyte]));
        Assert.Equal(WebSocketSendOutcome.BufferFull, await Session.SendToWebSocketAsync(end.PairId, "no room"));
        return end;
    }

    public async Task<EndTicket> UpgradeAsync(string path, params string[] protocols) =>
        (await Session.UpgradeAsync(new UpgradeRequest { Path = path, Protocols = protocols })).Ticket!;

    public Task<WebSocketEnd> ClaimAsync(EndTicket ticket, TestSilo? silo = null) =>
        (silo ?? cluster.Silos[0]).Pairs.ClaimAsync(ticket, TestContext.Current.CancellationToken);
}
