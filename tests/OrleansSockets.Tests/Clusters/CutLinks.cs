using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.Links;
using OrleansSockets.Rendezvous;

namespace OrleansSockets.Tests.Clusters;

/// <summary>Lets the calls of links and names between chosen silos go unanswered, as a cut does; membership sees nothing of it.</summary>
internal sealed class CutLinks
{
    private readonly ConcurrentDictionary<(SiloAddress, SiloAddress), bool> _cut = new();

    public void Install(IServiceCollection services) =>
        services.AddSingleton<IOutgoingGrainCallFilter>(silo => new Filter(this, silo.GetRequiredService<ILocalSiloDetails>()));

    public void Cut(SiloAddress one, SiloAddress other)
    {
        _cut[(one, other)] = true;
        _cut[(other, one)] = true;
    }

    public void Mend() => _cut.Clear();

    private sealed class Filter(CutLinks links, ILocalSiloDetails silo) : IOutgoingGrainCallFilter
    {
        private static readonly Type?[] Cut = [typeof(ILinkService), typeof(IRendezvousService)];

        public Task Invoke(IOutgoingGrainCallContext context) =>
            Cut.Contains(context.InterfaceMethod.DeclaringType)
            && SystemTargetGrainId.TryParse(context.TargetId, out var target)
            && links._cut.ContainsKey((silo.SiloAddress, target.GetSiloAddress()))
                ? new TaskCompletionSource().Task
                : context.Invoke();
    }
}
