using OrleansSockets.Conformance.Running;
using OrleansSockets.Sessions;

namespace OrleansSockets.Conformance.Hosting;

/// <inheritdoc cref="IScenarioSession"/>
internal sealed class ScenarioSession(ActiveRuns runs, IWebSocketPairFactory factory, ILocalSiloDetails silo)
    : WebSocketSession, IScenarioSession
{
    private ActiveRun _run = null!;
    private Actor _actor = null!;
    private SessionKey _key;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = SessionKey.Parse(this.GetPrimaryKeyString());
        _run = runs.Get(_key.Run);
        _actor = _run.NewActor(this.GetWebSocketContext());
        this.UseWebSocketDeployment(_run.Deployment);
        return Task.CompletedTask;
    }

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
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

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
