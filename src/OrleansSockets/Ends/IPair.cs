using OrleansSockets.Rules;
using OrleansSockets.Timelines;
using OrleansSockets.Wire;

namespace OrleansSockets.Ends;

/// <summary>The pair of an end, as its ends on this silo share it. It is also the way to what else of the pair is here.</summary>
internal interface IPair : IPairPort
{
    PairId Id { get; }

    /// <summary>Guards all that is of the pair here.</summary>
    PairGate Gate { get; }

    PairTimeline Timeline { get; }

    EndHost Host { get; }

    /// <summary>The end of that side, if it lives here.</summary>
    End? this[Side side] { get; }

    /// <summary>The way to a silo, which may be this one.</summary>
    IPairPort PortTo(SiloAddress silo);

    /// <summary>An end is done, and may have been the last here.</summary>
    void RemoveIfDone();

    /// <summary>Nobody has got the other end, and nobody will: this one sees 1006.</summary>
    void LoseUnclaimedPeer(Side side, string why);

    /// <summary>Starts a timer; if its callback fails, the pair ends.</summary>
    ITimer StartTimer(string work, TimeSpan due, Action callback);
}
