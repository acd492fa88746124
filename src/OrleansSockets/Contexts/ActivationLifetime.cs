namespace OrleansSockets.Contexts;

/// <summary>
/// Lives in an activation's scope and ends with it. Grains' own lifecycle stages are no use here: a context is made when the first pair is,
/// long after they began, and what is added then is never told to stop.
/// </summary>
internal sealed class ActivationLifetime : IDisposable
{
    /// <summary>Called once, when the activation has ended.</summary>
    public Action Ended { get; set; } = static () => { };

    public void Dispose() => Ended();
}
