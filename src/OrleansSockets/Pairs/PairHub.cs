using System.Collections.Concurrent;
using OrleansSockets.Ends;
using OrleansSockets.Links;
using OrleansSockets.Rules;
using OrleansSockets.Streams;
using OrleansSockets.Timelines;
using OrleansSockets.Wire;

namespace OrleansSockets.Pairs;

/// <summary>
/// The live pairs of one silo: those that have an end or a relay here and are known outside their context. A pair that never leaves its
/// context is not listed and costs nothing here.
/// </summary>
internal sealed class PairHub(ILocalSiloDetails silo, ISiloStatusOracle membership, SiloLinks links, EndHost host)
{
    private readonly ConcurrentDictionary<PairId, Pair> _pairs = new();
    private readonly ConcurrentDictionary<SiloAddress, LinkPort> _ports = new();
    private readonly FinishedPairs _finished = new();

    public SiloAddress Silo { get; } = silo.SiloAddress;

    /// <summary>What the ends here use.</summary>
    public EndHost Host { get; } = host;

    public int Count => _pairs.Count;

    public IEnumerable<Pair> Pairs => _pairs.Values;

    /// <summary>From the table of the membership, which is memory.</summary>
    public bool IsDead(SiloAddress other) => membership.IsDeadSilo(other);

    /// <summary>
    /// Takes the lock of the pair that is listed under the id, or of a new one. While it is held, the pair stays listed, and no other one
    /// is.
    /// </summary>
    public PairGate.Scope Enter(PairId id, out Pair pair)
    {
        while (true)
        {
            pair = _pairs.GetOrAdd(id, static (key, hub) => new Pair(hub, key), this);
            var scope = pair.Gate.Enter();
            if (Find(id) == pair)
            {
                return scope;
            }

            // It was done in between.
            scope.Dispose();
        }
    }

    public Pair? Find(PairId id) => _pairs.GetValueOrDefault(id);

    /// <summary>Lists a pair whose end was given away. Called under the pair's lock.</summary>
    public void Register(Pair pair) => _pairs[pair.Id] = pair;

    /// <summary>Called under the pair's lock.</summary>
    public void RemoveIfDone(Pair pair)
    {
        if (pair.IsDone && _pairs.TryRemove(new KeyValuePair<PairId, Pair>(pair.Id, pair)))
        {
            _finished.Add(pair.Id, pair.Describe());
        }
    }

    /// <summary>That end lived here, and was finished.</summary>
    public bool HasFinished(PairId id, Side side) => _finished.Contains(id, side);

    /// <summary>Says to a relay that an end has consumed all there is.</summary>
    public static void AnswerFinished(IPairPort relay, PairId id, Side side) =>
        relay.Send(LinkFrame.OfCredit(id, side, toOwner: true, long.MaxValue, PairBudget.MinWindow, finished: true));

    /// <summary>The pair's grain is active here.</summary>
    public bool HasRelay(PairId id)
    {
        if (Find(id) is not { } pair)
        {
            return false;
        }

        using (pair.Gate.Enter())
        {
            return pair.Relay is not null;
        }
    }

    /// <summary>What this silo knows of a pair that is here or was here not long ago.</summary>
    public PairHostSnapshot? Describe(PairId id)
    {
        if (Find(id) is not { } pair)
        {
            return _finished.Find(id);
        }

        using (pair.Gate.Enter())
        {
            return pair.Describe();
        }
    }

    /// <summary>The way to another silo.</summary>
    public IPairPort PortTo(SiloAddress other) =>
        _ports.TryGetValue(other, out var port) ? port : _ports.GetOrAdd(other, static (to, links) => new LinkPort(links, to), links);

    /// <summary>Nothing more can be exchanged with that silo.</summary>
    public void LoseSilo(SiloAddress lost, string why, PairCause cause)
    {
        _ports.TryRemove(lost, out _);
        foreach (var pair in _pairs.Values)
        {
            pair.LoseSilo(lost, why, cause);
        }
    }
}
