using OrleansSockets.Ends;
using OrleansSockets.Wire;

namespace OrleansSockets.Pairs;

/// <summary>One side of a pair, as its relay knows it. Guarded by the pair's lock.</summary>
internal sealed class RelaySide
{
    public Guid? Secret { get; private set; }

    /// <summary>The ends that were here before the one that is.</summary>
    public List<Guid>? Replaced { get; set; }

    /// <summary>The silo of the end: while it is attached, or when it is expected.</summary>
    public SiloAddress? Host { get; set; }

    /// <summary>The way to the end; null: it is not attached.</summary>
    public IPairPort? Port { get; set; }

    public long Consumed { get; set; }

    public int Window { get; set; }

    public bool ReadsNoMore { get; set; }

    public bool Lost { get; set; }

    public void Attach(AttachRequest request, IPairPort port)
    {
        Secret = request.Secret;
        Host = request.Host;
        Port = port;
        Consumed = request.Consumed;
        Window = request.Window;
        ReadsNoMore = request.InFinished;
    }
}
