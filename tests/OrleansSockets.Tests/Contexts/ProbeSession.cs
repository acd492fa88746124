using System.Collections.Concurrent;
using OrleansSockets.Sessions;

namespace OrleansSockets.Tests.Contexts;

public interface IProbeSession : IWebSocketSession
{
    Task<string> WhereAsync();

    Task<Guid> ActivationAsync();

    Task EnterAsync();

    Task<(int Entered, int Overlaps)> CountAsync();

    Task LetGoAsync();

    Task WaitForLetGoMessageAsync();

    Task DeactivateAsync();

    Task MakePairInATimerAsync();

    Task<string> TimerResultAsync();

    Task UseAsync(string deployment);

    Task TakeAsync(WebSocketEnd end);
}

/// <summary>A session that tells where and when its handlers run.</summary>
public sealed class ProbeSession(IGrainContextAccessor accessor) : WebSocketSession, IProbeSession
{
    private readonly Guid _activation = Guid.NewGuid();
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _timerResult = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private int _entered;
    private int _overlaps;

    /// <summary>Ends that are left to the test, by the session's name.</summary>
    public static ConcurrentDictionary<string, WebSocketEnd> Unaccepted { get; } = new();

    public Task<string> WhereAsync() => Task.FromResult(Where());

    public Task<Guid> ActivationAsync() => Task.FromResult(_activation);

    public async Task EnterAsync()
    {
        await Task.Yield();
        Enter();
    }

    public Task<(int Entered, int Overlaps)> CountAsync() => Task.FromResult((_entered, _overlaps));

    public Task LetGoAsync()
    {
        _letGo.TrySetResult();
        return Task.CompletedTask;
    }

    public Task WaitForLetGoMessageAsync() => _letGo.Task;

    public Task DeactivateAsync()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task MakePairInATimerAsync()
    {
        this.RegisterGrainTimer(MakePair, new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
        return Task.CompletedTask;

        Task MakePair(CancellationToken cancellation)
        {
            var (client, server) = this.CreateWebSocketPair();
            client.Accept();
            server.Accept();
            server.OnMessage(e => _timerResult.SetResult($"message {e.Data}"));
            client.Send("from a timer");
            client.Close();
            return Task.CompletedTask;
        }
    }

    public Task<string> TimerResultAsync() => _timerResult.Task;

    public Task UseAsync(string deployment)
    {
        this.UseWebSocketDeployment(deployment);
        return Task.CompletedTask;
    }

    public Task TakeAsync(WebSocketEnd end) => Task.CompletedTask;

    protected override Task<UpgradeResponse> OnUpgradeAsync(UpgradeRequest request)
    {
        if (request.Path == "/rejected")
        {
            return Task.FromResult(UpgradeResponse.Reject(403, "not you"));
        }

        var (client, server) = new WebSocketPair();
        if (request.Path == "/late")
        {
            Unaccepted[this.GetPrimaryKeyString()] = server;
            return Task.FromResult(UpgradeResponse.WebSocket(client));
        }

        server.Accept();
        server.OnMessage(e => HandleAsync(server, e.Data.Text));
        if (request.Path == "/accepted")
        {
            client.Accept();
        }

        return Task.FromResult(UpgradeResponse.WebSocket(client));
    }

    private async Task HandleAsync(WebSocketEnd server, string message)
    {
        switch (message)
        {
            case "where":
                await Task.Yield();
                server.Send(Where());
                break;
            case "enter":
                Enter();
                break;
            case "wait":
                server.Send("waiting");
                await _letGo.Task;
                server.Send("gone on");
                break;
            case "let go":
                _letGo.TrySetResult();
                break;
        }
    }

    private string Where() => accessor.GrainContext == GrainContext ? $"in {_activation}" : "elsewhere";

    private void Enter()
    {
        if (Interlocked.Increment(ref _running) != 1)
        {
            _overlaps++;
        }

        Thread.SpinWait(50);
        _entered++;
        Interlocked.Decrement(ref _running);
    }
}
