namespace OrleansSockets.Links;

/// <summary>A call that another silo can make for this one; see <see cref="SiloDetour"/>. Derived records carry the arguments.</summary>
/// <typeparam name="T">The answer.</typeparam>
[GenerateSerializer, Alias("OrleansSockets.DetouredCall`1")]
internal abstract record DetouredCall<T>
{
    /// <summary>Running twice is as good as running once, also when the second one overtakes the first.</summary>
    public abstract bool IsIdempotent { get; }

    /// <summary>The silo that is called; null if the runtime finds it, which may ask a directory on any silo.</summary>
    public virtual SiloAddress? Target => null;

    /// <summary>Makes the call from the silo where this runs.</summary>
    public abstract Task<T> RunAsync(DetourSite site);
}

/// <summary>The silo that makes a call.</summary>
/// <param name="Silo">Which.</param>
/// <param name="Grains">Its grains.</param>
/// <param name="Service">The link services of others.</param>
/// <param name="Services">Its services.</param>
/// <param name="IsDetour">It makes the call for another silo, which may be cut off from the directory: what the call activates should live
/// here.</param>
internal sealed record DetourSite(
    SiloAddress Silo, IGrainFactory Grains, Func<SiloAddress, ILinkService> Service, IServiceProvider Services, bool IsDetour);
