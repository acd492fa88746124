using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.Hibernation;
using OrleansSockets.Pairs;

namespace OrleansSockets.Contexts;

/// <summary>Makes <c>new WebSocketPair()</c> work inside grain calls.</summary>
internal sealed class GrainContextCallFilter(IServiceProvider services) : IIncomingGrainCallFilter
{
    private GrainContexts? _contexts;

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        // System targets and this library's own grains construct no pairs.
        if (context.TargetContext is null || context.Grain is (not IGrainBase) or PairGrain)
        {
            await context.Invoke();
            return;
        }

        // Resolved late: the filter is part of the runtime that the contexts are built on.
        _contexts ??= services.GetRequiredService<GrainContexts>();
        using var scope = WebSocketContext.Enter(new CallSource(_contexts, context.TargetContext));
        if (context.Grain is not IHibernatingSession)
        {
            await context.Invoke();
            return;
        }

        var session = _contexts.Of(context.TargetContext);
        session.BeginWork();
        try
        {
            await context.Invoke();
        }
        finally
        {
            session.EndWork();
        }
    }

    private sealed class CallSource(GrainContexts contexts, IGrainContext grain) : IContextSource
    {
        public WebSocketContext Context => contexts.Of(grain);
    }
}
