using Orleans.Placement;
using OrleansSockets.Sessions;

namespace OrleansSockets.Processes.Node;

[Alias("OrleansSockets.Processes.Node.IRecorder")]
public interface IRecorder : IWebSocketSession
{
    /// <summary>The close events that this session has seen, as text.</summary>
    [Alias("Closes")]
    Task<string[]> ClosesAsync();
}

/// <summary>A session that lives where it is asked for first and keeps the close events of its ends.</summary>
[PreferLocalPlacement]
internal sealed class Recorder : WebSocketSession, IRecorder
{
    private readonly List<string> _closes = [];

    public Task<string[]> ClosesAsync() => Task.FromResult(_closes.ToArray());

    protected override Task<UpgradeResponse> OnUpgradeAsync(UpgradeRequest request)
    {
        var (client, server) = new WebSocketPair();
        server.Accept();
        server.OnMessage(e => server.Send(e.Data));
        server.OnClose(e => _closes.Add($"{e.Code} {e.WasClean}"));
        return Task.FromResult(UpgradeResponse.WebSocket(client));
    }
}
