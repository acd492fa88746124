using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.Deployments;
using OrleansSockets.Pairs;

namespace OrleansSockets.Contexts;

/// <summary>Makes <c>new WebSocketPair()</c> work inside grain calls.</summary>
internal sealed class GrainContextCallFilter(IServiceProvider services) : IIncomingGrainCallFilter
{
    private GrainContexts? _contexts;

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        // System targets and this library's own grains construct no pairs.
        if (context.TargetContext is null || context.Grain is not Grain and not IGrainBase || context.Grain is PairGrain)
        {
            await context.Invoke();
            return;
        }

        _contexts ??= services.GetRequiredService<GrainContexts>();
        using var scope = _contexts.Of(context.TargetContext).Enter();
        await context.Invoke();
    }
}
