using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.Contexts;

namespace OrleansSockets.Sessions;

/// <summary>Pairs in grains, outside of grain calls.</summary>
public static class WebSocketGrainExtensions
{
    /// <summary>
    /// Makes a pair in the grain's context: for timers, activation and other places where <c>new WebSocketPair()</c> finds none.
    /// </summary>
    /// <param name="grain">The grain.</param>
    /// <param name="options">See <see cref="WebSocketPairOptions"/>.</param>
    public static WebSocketPair CreateWebSocketPair(this IGrainBase grain, WebSocketPairOptions? options = null) =>
        new(grain.GetWebSocketContext(), options);

    /// <summary>The context of the grain's activation.</summary>
    /// <param name="grain">The grain.</param>
    public static WebSocketContext GetWebSocketContext(this IGrainBase grain)
    {
        ArgumentNullException.ThrowIfNull(grain);
        return grain.GrainContext.ActivationServices.GetRequiredService<GrainContexts>().Of(grain.GrainContext);
    }

    /// <summary>Ends that the activation makes from now on take the settings of this deployment.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="deployment">The deployment's name.</param>
    /// <exception cref="ArgumentException">The deployment is unknown.</exception>
    public static void UseWebSocketDeployment(this IGrainBase grain, string deployment)
    {
        ArgumentNullException.ThrowIfNull(grain);
        grain.GrainContext.ActivationServices.GetRequiredService<GrainContexts>().Of(grain.GrainContext).Use(deployment);
    }
}
