namespace OrleansSockets.Protocol.Tests.Rules.Exploration;

/// <summary>All worlds that can be reached, breadth first, with the moves between them.</summary>
internal sealed class WorldGraph
{
    private static readonly Move[] Moves = Enum.GetValues<Move>();

    private readonly Dictionary<PairWorld, int> _index = [];
    private readonly List<PairWorld> _worlds = [];
    private readonly List<(int From, int To, Move Move)> _edges = [];

    private WorldGraph()
    {
    }

    public IReadOnlyList<PairWorld> Worlds => _worlds;

    public int EdgeCount => _edges.Count;

    public int Depth { get; private set; }

    public static WorldGraph Explore(PairWorld start)
    {
        var graph = new WorldGraph();
        graph.Add(start);
        for (int level = 0, end = 1; level < end; level = end, end = graph._worlds.Count)
        {
            for (var at = level; at < end; at++)
            {
                graph.Expand(at);
            }

            graph.Depth++;
        }

        return graph;
    }

    public bool Contains(PairWorld world) => _index.ContainsKey(world);

    /// <summary>The worlds in which none of these moves is possible.</summary>
    public IEnumerable<PairWorld> WithoutMove(IReadOnlySet<Move> moves)
    {
        var busy = new bool[_worlds.Count];
        foreach (var edge in _edges.Where(edge => moves.Contains(edge.Move)))
        {
            busy[edge.From] = true;
        }

        return _worlds.Where((_, at) => !busy[at]);
    }

    /// <summary>For each world, whether some sequence of these moves leads from it to a goal.</summary>
    public bool[] CanReach(Func<PairWorld, bool> isGoal, IReadOnlySet<Move> moves)
    {
        var reaches = _worlds.Select(isGoal).ToArray();
        var pending = new Queue<int>(Enumerable.Range(0, reaches.Length).Where(at => reaches[at]));
        var sources = _edges.Where(edge => moves.Contains(edge.Move)).ToLookup(edge => edge.To, edge => edge.From);
        while (pending.TryDequeue(out var at))
        {
            foreach (var source in sources[at].Where(source => !reaches[source]))
            {
                reaches[source] = true;
                pending.Enqueue(source);
            }
        }

        return reaches;
    }

    private void Expand(int at)
    {
        foreach (var move in Moves)
        {
            for (var side = 0; side < 2; side++)
            {
                if (_worlds[at].Apply(move, side) is { } next)
                {
                    _edges.Add((at, Add(next), move));
                }
            }
        }
    }

    private int Add(PairWorld world)
    {
        if (!_index.TryGetValue(world, out var at))
        {
            at = _worlds.Count;
            _index.Add(world, at);
            _worlds.Add(world);
        }

        return at;
    }
}
