using OrleansSockets.Conformance.Running;
using OrleansSockets.Pairs;

namespace OrleansSockets.Conformance.Hosting;

/// <summary>Reads where a pair is from one of its live ends.</summary>
internal static class PairPlaces
{
    public static PairPlace Of(WebSocketEnd live)
    {
        var end = live.Core;
        lock (end.Pair.Gate)
        {
            var here = end.Pair.Hub.Silo.ToParsableString();
            if (end.Route == EndRoute.Local)
            {
                return new PairPlace(Pair: null, here, here);
            }

            var there = end.PeerHost?.ToParsableString();
            return new PairPlace(end.Owner?.ToParsableString(), end.Side == 0 ? here : there, end.Side == 0 ? there : here);
        }
    }
}
