using Orleans.Concurrency;
using Orleans.Placement;
using OrleansSockets.Sessions;

namespace OrleansSockets.Tests.Sessions;

public interface IMeeting : IWebSocketSession
{
    Task<Guid> ActivationAsync();

    /// <summary>Lasts until <see cref="LetGoAsync"/>; answers with the sockets that the session has then.</summary>
    Task<int> WaitAsync();

    [AlwaysInterleave]
    Task LetGoAsync();

    /// <summary>Accepts both ends of a pair, and one that is joined to another server.</summary>
    Task AcceptOthersAsync();

    /// <summary>A broadcast from inside the session, to all but one.</summary>
    Task<int> SayAsync(string text, string except);

    /// <summary>Sockets that come from now on have the settings of this deployment.</summary>
    Task UseAsync(string deployment);

    /// <summary>The sockets that were there each time a socket's close or error handler ran.</summary>
    Task<string[][]> WhoStayedAsync();
}

/// <summary>A session that leaves its sockets to its callers. A client asks by its path how its end is accepted.</summary>
[PreferLocalPlacement]
public sealed class MeetingSession : WebSocketSession, IMeeting
{
    public const string HalfOpen = "/half-open";
    public const string Greets = "/greets";

    private readonly Guid _activation = Guid.NewGuid();
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string[]> _stayed = [];

    public Task<Guid> ActivationAsync() => Task.FromResult(_activation);

    public async Task<int> WaitAsync()
    {
        await _letGo.Task;
        return GetAcceptedWebSockets().Count;
    }

    public Task LetGoAsync()
    {
        _letGo.TrySetResult();
        return Task.CompletedTask;
    }

    public Task AcceptOthersAsync()
    {
        foreach (var end in new WebSocketPair())
        {
            end.Accept();
        }

        var outbound = new WebSocketPair().Server;
        outbound.BeginConnecting(new Uri("ws://elsewhere/"), Task.CompletedTask);
        outbound.EndConnecting("v1");
        outbound.Accept();
        return Task.CompletedTask;
    }

    public Task<int> SayAsync(string text, string except) => Task.FromResult(Broadcast(text, [FindWebSocket(except)!]));

    public Task UseAsync(string deployment)
    {
        this.UseWebSocketDeployment(deployment);
        return Task.CompletedTask;
    }

    public Task<string[][]> WhoStayedAsync() => Task.FromResult(_stayed.ToArray());

    protected override Task<UpgradeResponse> OnUpgradeAsync(UpgradeRequest request)
    {
        var (client, server) = new WebSocketPair();
        server.OnMessage(e => server.Send(e.Data));
        server.OnClose(_ => NoteWhoStays());
        server.OnError(_ => NoteWhoStays());
        server.Accept(request.Path == HalfOpen ? new AcceptOptions { AllowHalfOpen = true } : null);
        if (request.Path == Greets)
        {
            Broadcast($"{GetAcceptedWebSockets().Count} are here");
        }

        return Task.FromResult(UpgradeResponse.WebSocket(client, request.Protocols.Count > 0 ? request.Protocols[^1] : null));
    }

    private void NoteWhoStays() => _stayed.Add([.. GetAcceptedWebSockets().Select(end => end.PairId)]);
}
