using System.Collections.Concurrent;
using Orleans.Concurrency;
using Orleans.Placement;
using Orleans.Runtime.Placement;
using OrleansSockets.Sessions;

namespace OrleansSockets.Tests.Sessions;

public interface ILobby : IWebSocketSession
{
    /// <summary>What the handlers heard, one line an event.</summary>
    [AlwaysInterleave]
    Task<string[]> HeardAsync();

    /// <summary>Lets the handlers go on that wait.</summary>
    [AlwaysInterleave]
    Task LetGoAsync();

    /// <summary>The ids of the hibernatable sockets, in order.</summary>
    Task<string[]> ListAsync(string? tag = null);

    Task<int> CountAcceptedAsync();

    Task<string[]> TagsAsync(string id);

    Task KeepAsync(string id, object? value);

    Task<string?> KeptAsync(string id);

    Task AnswerAsync(string? request, string response);

    Task<DateTimeOffset?> AnsweredAsync(string id);

    Task LimitAsync(TimeSpan? timeout);

    Task<TimeSpan?> GetLimitAsync();

    /// <summary>Ends the activation, whatever it does.</summary>
    Task EvictAsync();

    /// <summary>Goes on in an activation on that silo.</summary>
    Task MoveToAsync(SiloAddress silo);

    /// <summary>Tries to hold an end once more, and one of another context.</summary>
    Task<WebSocketPairErrorKind?[]> TryOthersAsync(string id);
}

/// <summary>
/// A session of hibernatable sockets. A client asks by its path for the tags of its end; a message says what its handler does.
/// </summary>
[PreferLocalPlacement]
public abstract class LobbySession(IWebSocketPairFactory factory) : WebSocketSession, ILobby
{
    public const string Plain = "/plain";
    public const string Wait = "wait";
    public const string Throw = "throw";
    public const string Fail = "fail";
    public const string Late = "late";
    public const string CloseIt = "close";
    public const int Unanswered = 3999;

    private readonly List<string> _heard = [];
    private TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<string[]> HeardAsync() => Task.FromResult(_heard.ToArray());

    public Task LetGoAsync()
    {
        _letGo.TrySetResult();
        _letGo = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return Task.CompletedTask;
    }

    public Task<string[]> ListAsync(string? tag) => Task.FromResult<string[]>([.. GetWebSockets(tag).Select(end => end.PairId)]);

    public Task<int> CountAcceptedAsync() => Task.FromResult(GetAcceptedWebSockets().Count);

    public Task<string[]> TagsAsync(string id) => Task.FromResult<string[]>([.. GetTags(FindWebSocket(id)!)]);

    public Task KeepAsync(string id, object? value)
    {
        FindWebSocket(id)!.SerializeAttachment(value);
        return Task.CompletedTask;
    }

    public Task<string?> KeptAsync(string id)
    {
        var kept = FindWebSocket(id)!.DeserializeAttachment<object>();
        return Task.FromResult(kept is List<string> list ? string.Join(' ', list) : kept?.ToString());
    }

    public Task AnswerAsync(string? request, string response) =>
        SetWebSocketAutoResponseAsync(request is null ? null : new WebSocketRequestResponsePair(request, response));

    public Task<DateTimeOffset?> AnsweredAsync(string id) => Task.FromResult(GetWebSocketAutoResponseTimestamp(FindWebSocket(id)!));

    public Task LimitAsync(TimeSpan? timeout)
    {
        HibernatableWebSocketEventTimeout = timeout;
        return Task.CompletedTask;
    }

    public Task<TimeSpan?> GetLimitAsync() => Task.FromResult(HibernatableWebSocketEventTimeout);

    /// <summary>The next activations of that session fail.</summary>
    public static ConcurrentDictionary<string, int> Failing { get; } = new();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var name = this.GetPrimaryKeyString();
        return Failing.TryGetValue(name, out var times) && times > 0 && Failing.TryUpdate(name, times - 1, times)
            ? throw new InvalidOperationException("not yet")
            : Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => LetGoAsync();

    public Task MoveToAsync(SiloAddress silo)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
        MigrateOnIdle();
        return Task.CompletedTask;
    }

    public Task EvictAsync()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task<WebSocketPairErrorKind?[]> TryOthersAsync(string id)
    {
        var (client, server) = new WebSocketPair();
        client.Accept();
        var (free, given) = new WebSocketPair();
        var ticket = given.Release();
        WebSocketEnd? foreign = null;
        await factory.CreateContext().RunAsync(() => foreign = new WebSocketPair().Server);
        WebSocketPairErrorKind?[] kinds = [TryAccept(FindWebSocket(id)!), TryAccept(server), TryAccept(given), TryAccept(foreign!)];
        (await factory.ClaimAsync(ticket)).Abort();
        free.Abort();
        return kinds;
    }

    protected override Task<UpgradeResponse> OnUpgradeAsync(UpgradeRequest request)
    {
        var (client, server) = new WebSocketPair();
        server.OnMessage(_ => _heard.Add("a listener"));
        server.OnClose(_ => _heard.Add("a listener"));
        if (request.Path == Plain)
        {
            server.Accept();
        }
        else
        {
            AcceptWebSocket(server, request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries));
        }

        return Task.FromResult(UpgradeResponse.WebSocket(client));
    }

    protected override async Task OnMessageAsync(WebSocketEnd end, WebSocketMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(end);
        _heard.Add($"message {message}");
        switch (message.Text)
        {
            case Wait:
                await _letGo.Task;
                _heard.Add("waited");
                break;
            case Throw:
                throw new InvalidOperationException("thrown");
            case Fail:
                await Task.Yield();
                throw new InvalidOperationException("failed");
            case Late:
                await _letGo.Task;
                _heard.Add($"late, cancelled {cancellationToken.IsCancellationRequested}");
                end.Send("too late");
                break;
            case CloseIt:
                end.Close(3000, "asked for");
                break;
            default:
                end.Send(message);
                break;
        }
    }

    protected override async Task OnCloseAsync(WebSocketEnd end, CloseEvent close, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(end);
        ArgumentNullException.ThrowIfNull(close);
        _heard.Add($"close {close.Code} {close.Reason} in {end.ReadyState}, {GetWebSockets().Count} listed");
        if (close.Code == Unanswered)
        {
            return;
        }

        await _letGo.Task;
        _heard.Add($"{GetWebSockets().Count} listed behind the await");
        if (close.WasClean)
        {
            end.Close(close.Code, "answered");
        }
    }

    protected override Task OnErrorAsync(WebSocketEnd end, ErrorEvent error, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(error);
        _heard.Add($"error {error.Kind}");
        return Task.CompletedTask;
    }

    private WebSocketPairErrorKind? TryAccept(WebSocketEnd end)
    {
        try
        {
            AcceptWebSocket(end);
            return null;
        }
        catch (WebSocketPairException e)
        {
            return e.Kind;
        }
    }
}

/// <summary>The handlers of one socket run one after the other.</summary>
public sealed class OrderlyLobby(IWebSocketPairFactory factory) : LobbySession(factory), IOrderlyLobby;

public interface IOrderlyLobby : ILobby;

/// <summary>One handler at a time.</summary>
[SerialHandlers]
public sealed class SerialLobby(IWebSocketPairFactory factory) : LobbySession(factory), ISerialLobby;

public interface ISerialLobby : ILobby;

/// <summary>As on Cloudflare.</summary>
[InterleavedHandlers]
public sealed class InterleavedLobby(IWebSocketPairFactory factory) : LobbySession(factory), IInterleavedLobby;

public interface IInterleavedLobby : ILobby;
