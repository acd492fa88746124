using OrleansSockets.Deployments;
using OrleansSockets.Pairs;

namespace OrleansSockets.Contexts;

/// <summary>Finds the context of a grain activation; it is made at the first use.</summary>
internal sealed class GrainContexts(IGrainRuntime runtime, PairHub hub, DeploymentRegistry deployments)
{
    public GrainWebSocketContext Of(IGrainContext grain) => GrainWebSocketContext.Of(grain, runtime, hub, deployments);
}
