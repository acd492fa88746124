using Orleans.GrainDirectory;
using Orleans.Placement;

namespace OrleansSockets.Sessions;

/// <summary>
/// Base of a session grain. Its ends' handlers run in its own turns. It stays where it is, and alive, while it holds accepted ends that are not finished.
/// </summary>
[Immovable(ImmovableKind.Any), SessionPlacementFilter, GrainDirectory(SessionDirectory.Name)]
public abstract class WebSocketSession : Grain, IWebSocketSession
{
    Task<UpgradeResponse> IWebSocketSession.UpgradeAsync(UpgradeRequest request) => OnUpgradeAsync(request);

    /// <summary>Answers a client: make a pair, accept one end, return the other.</summary>
    /// <param name="request">The client's request.</param>
    protected abstract Task<UpgradeResponse> OnUpgradeAsync(UpgradeRequest request);
}
