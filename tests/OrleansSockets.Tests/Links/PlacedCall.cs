using OrleansSockets.Links;

namespace OrleansSockets.Tests.Links;

public interface IWhere : IGrainWithStringKey
{
    Task<SiloAddress> WhereAsync();
}

/// <summary>Activates a grain that may live on any silo, and says where it does.</summary>
[GenerateSerializer, Alias("OrleansSockets.Tests.PlacedCall")]
internal sealed record PlacedCall([property: Id(0)] IWhere Grain) : DetouredCall<SiloAddress>
{
    public override bool IsIdempotent => true;

    public override Task<SiloAddress> RunAsync(DetourSite site) => Grain.WhereAsync();
}

public sealed class WhereGrain(ILocalSiloDetails silo) : Grain, IWhere
{
    public Task<SiloAddress> WhereAsync() => Task.FromResult(silo.SiloAddress);
}
