using Microsoft.Extensions.Options;
using Orleans.Runtime.Placement;
using OrleansSockets.Diagnostics;

namespace OrleansSockets.Links;

/// <summary>
/// Calls that arrive although a link is cut. While one is known to be down, a call that may have to pass it is made by a third silo from
/// the start; one whose answer does not come in time is made by a third silo again, if it may run twice.
/// </summary>
internal sealed class SiloDetour(
    SiloPaths paths, ILocalSiloDetails silo, IGrainFactory grains, IServiceProvider services, IOptions<OrleansSocketsOptions> options,
    TimeProvider clock)
{
    private readonly TimeSpan _timeout = options.Value.LinkTimeout;

    /// <summary>Makes a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="late">Takes the direct call if a third silo made it again: its answer may come yet.</param>
    public async Task<T> CallAsync<T>(DetouredCall<T> call, Action<Task<T>>? late = null)
    {
        var changed = paths.DetourFound;
        if (paths.Detour(call.Target) is { } through)
        {
            try
            {
                return await paths.Service(through).RunAsync(call).ConfigureAwait(false);
            }
            catch (Exception e) when (call.IsIdempotent && CallFaults.MeansUnreached(e))
            {
                // That silo has lost its way, too, or is gone: the direct one may be back.
            }
        }

        var direct = call.RunAsync(Site(isDetour: false));
        if (!call.IsIdempotent)
        {
            return await OnceAsync(direct, changed).ConfigureAwait(false);
        }

        try
        {
            return await direct.WithinAsync(_timeout, changed, clock).ConfigureAwait(false);
        }
        catch (Exception e) when (CallFaults.MeansUnreached(e))
        {
            var other = paths.Detour(call.Target) ?? (direct.IsCompleted ? null : paths.AnyOther(call.Target));
            if (other is null)
            {
                return await direct.ConfigureAwait(false);
            }

            direct.Ignore();
            late?.Invoke(direct);
            return await paths.Service(other).RunAsync(call).ConfigureAwait(false);
        }
    }

    /// <summary>Another silo does not reach the target of its call.</summary>
    public Task<T> RunForOtherAsync<T>(DetouredCall<T> call)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo.SiloAddress);
        return call.RunAsync(Site(isDetour: true));
    }

    // It may have been made already, and its answer be lost with the link: it is not made again, and nobody waits for it to the end.
    private async Task<T> OnceAsync<T>(Task<T> direct, Task changed)
    {
        await Task.WhenAny(direct, changed).ConfigureAwait(false);
        try
        {
            return await direct.WithinAsync(direct.IsCompleted ? Timeout.InfiniteTimeSpan : _timeout, clock).ConfigureAwait(false);
        }
        catch (TimeoutException e) when (!direct.IsCompleted)
        {
            throw new SiloUnavailableException(
                "A link between nodes went down while a call was under way. It may have been made, and is not made again.", e);
        }
    }

    private DetourSite Site(bool isDetour) => new(silo.SiloAddress, grains, paths.Service, services, isDetour);
}
