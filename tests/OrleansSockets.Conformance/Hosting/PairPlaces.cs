using OrleansSockets.Conformance.Running;
using OrleansSockets.Ends;
using OrleansSockets.Rules;

namespace OrleansSockets.Conformance.Hosting;

/// <summary>Reads where a pair is from one of its live ends.</summary>
internal static class PairPlaces
{
    public static PairPlace Of(WebSocketEnd live)
    {
        var end = live.Core;
        using (end.Pair.Gate.Enter())
        {
            var here = live.Context.Hub.Silo.ToParsableString();
            if (end.Route == EndRoute.Local)
            {
                return new PairPlace(Pair: null, here, here);
            }

            var there = end.PeerHost?.ToParsableString();
            var (client, server) = end.Side == Side.Client ? (here, there) : (there, here);
            return new PairPlace(end.Owner?.ToParsableString(), client, server);
        }
    }
}
