using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Running;
using OrleansSockets.Sessions;

namespace OrleansSockets.Conformance.Hosting;

/// <inheritdoc cref="IScenarioSession"/>
[InterleavedHandlers]
internal sealed class ScenarioSession(ActiveRuns runs, IWebSocketPairFactory factory, ILocalSiloDetails silo)
    : WebSocketSession, IScenarioSession, IObjectState
{
    private ActiveRun _run = null!;
    private Actor _actor = null!;
    private SessionKey _key;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = SessionKey.Parse(this.GetPrimaryKeyString());
        _run = runs.Get(_key.Run);
        _actor = _run.NewActor(this.GetWebSocketContext(), this);
        this.UseWebSocketDeployment(_run.Deployment);
        return Task.CompletedTask;
    }

    // Its counterpart of a constructor: what is thrown here ends all sockets.
    protected override Task OnWakeAsync(WakeInfo wake, CancellationToken cancellationToken)
    {
        if (_run.Run.Scenario.Topology == Topology.Room)
        {
            _actor.Construct();
        }

        return Task.CompletedTask;
    }

    public Task EvictAsync()
    {
        _actor.Evicted();
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    WebSocketRequestResponsePair? IObjectState.AutoResponse => GetWebSocketAutoResponse();

    TimeSpan? IObjectState.EventTimeout
    {
        get => HibernatableWebSocketEventTimeout;
        set => HibernatableWebSocketEventTimeout = value;
    }

    void IObjectState.AcceptWebSocket(WebSocketEnd end, IEnumerable<string> tags) => AcceptWebSocket(end, tags);

    IReadOnlyList<WebSocketEnd> IObjectState.GetWebSockets(string? tag) => GetWebSockets(tag);

    IReadOnlyList<string> IObjectState.GetTags(WebSocketEnd end) => GetTags(end);

    void IObjectState.SetAutoResponse(WebSocketRequestResponsePair? pair) => SetWebSocketAutoResponseAsync(pair).Ignore();

    DateTimeOffset? IObjectState.GetAutoResponseTimestamp(WebSocketEnd end) => GetWebSocketAutoResponseTimestamp(end);

    WebSocketPair IObjectState.NewPair() => this.CreateWebSocketPair();

    void IObjectState.WaitUntil(Task task) => WaitUntil(task);

    void IObjectState.Abort() => Abort("aborted by scenario");

    public Task<SiloAddress> ActivateAsync() => Task.FromResult(silo.SiloAddress);

    // One grain call is one turn: nothing in it waits.
    public Task PerformAsync(int step)
    {
        _actor.Perform(step);
        return Task.CompletedTask;
    }

    public Task<int?[]> ReadStatesAsync(string[] ends) => Task.FromResult<int?[]>([.. ends.Select(_actor.ReadState)]);

    public Task<PairPlace?> FindPairAsync(string end) => Task.FromResult(_actor.Find(end) is { } found ? PairPlaces.Of(found) : null);

    public Task EndAsync()
    {
        foreach (var end in GetWebSockets())
        {
            end.Abort();
        }

        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    protected override Task OnMessageAsync(WebSocketEnd end, WebSocketMessage message, CancellationToken cancellationToken) =>
        _actor.OnMessage(end, message, cancellationToken);

    protected override Task OnCloseAsync(WebSocketEnd end, CloseEvent close, CancellationToken cancellationToken) =>
        _actor.OnClose(end, close, cancellationToken);

    protected override Task OnErrorAsync(WebSocketEnd end, ErrorEvent error, CancellationToken cancellationToken) =>
        _actor.OnError(end, error, cancellationToken);

    protected override async Task<UpgradeResponse> OnUpgradeAsync(UpgradeRequest request)
    {
        if (_key.Actor == SessionKey.Via)
        {
            return await Session(Plan.Host).UpgradeAsync(request);
        }

        if (_key.Actor == Plan.Front)
        {
            await ScenarioScript.OpenBackendAsync(_run, _actor, Session(Plan.Host), factory);
        }

        var pair = this.CreateWebSocketPair(ScenarioScript.PairOptions(_run, ScenarioScript.EndOf(request.Path)));
        return UpgradeResponse.WebSocket(ScenarioScript.Serve(_run, _actor, ScenarioScript.EndOf(request.Path), pair));
    }

    private IScenarioSession Session(string actor) => GrainFactory.GetGrain<IScenarioSession>(new SessionKey(_key.Run, actor).ToString());
}
