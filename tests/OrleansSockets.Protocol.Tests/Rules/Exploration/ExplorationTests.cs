using OrleansSockets.Rules;
using Xunit;

namespace OrleansSockets.Protocol.Tests.Rules.Exploration;

/// <summary>
/// Every interleaving of two ends and their pair. The number of messages and detaches is limited, nothing else: the exploration ends when
/// it finds no new state, so it covers every depth. The model asserts on each step that a stream carries at most one Close and nothing
/// behind it, that no end gets a second close event or anything behind it, that <see cref="ReadyState"/> never goes back, and that a pair
/// finishes once.
/// </summary>
public sealed class ExplorationTests(ITestOutputHelper output)
{
    /// <summary>What goes on by itself as long as the hosts live.</summary>
    private static readonly HashSet<Move> Inner = [Move.Attach, Move.Relay, Move.Report, Move.Dispatch, Move.EndDropHandler];

    private static readonly HashSet<Move> Closes = [.. Inner, Move.Close];

    private static readonly HashSet<Move> Drops = [.. Inner, Move.SocketDrop, Move.HostDies, Move.ClaimTimeout];

    private static readonly HashSet<Move> Timers = [Move.ClaimTimeout, Move.ReattachTimeout];

    [Theory]
    [InlineData(2, 0, 150_000)]
    [InlineData(0, 1, 150_000)]
    public void Pair_EveryInterleaving_KeepsTheInvariants(int sends, int detaches, int atLeast)
    {
        var graph = WorldGraph.Explore(PairWorld.New(sends, detaches));
        output.WriteLine($"{graph.Worlds.Count} states, {graph.EdgeCount} steps, depth {graph.Depth}");
        Assert.InRange(graph.Worlds.Count, atLeast, int.MaxValue);

        foreach (var world in graph.Worlds)
        {
            Require(graph.Contains(world.Mirror()), world, "Swapping the ends gives a state that cannot be reached.");
            Require(world.Pair.IsFinished == (world.Finishes == 1), world, "Finish and the end of both streams do not go together.");
        }

        CheckRest(graph);
        CheckEndings(graph);
    }

    /// <summary>Where nothing goes on by itself, it is for a reason.</summary>
    private static void CheckRest(WorldGraph graph)
    {
        var resting = 0;
        foreach (var world in graph.WithoutMove(Inner))
        {
            resting++;
            for (var side = 0; side < 2; side++)
            {
                var end = world.End(side);
                if (world.Pair.IsFinished)
                {
                    Require(
                        !end.IsListening || end.State.In || end.State.Failed || end.State.Aborted,
                        world,
                        "The pair is finished and an end does not know it.");
                    Require(!world.CanSend(side), world, "The pair is finished and an end can still send.");
                }
                else
                {
                    var known = world.Pair.From((Side)side);
                    var waits = known.Phase is StreamPhase.Open || known.Finished || !world.End(1 - side).IsListening;
                    Require(waits, world, "The end of a stream does not arrive.");
                }
            }
        }

        Assert.NotEqual(0, resting);
    }

    /// <summary>From every state Closes, drops or timers alone finish the pair.</summary>
    private static void CheckEndings(WorldGraph graph)
    {
        var byDrops = graph.CanReach(world => world.Pair.IsFinished, Drops);
        var byTimers = graph.CanReach(world => world.Pair.IsFinished, Timers);
        var byCloses = graph.CanReach(world => world.Pair.IsFinished, Closes);
        for (var at = 0; at < graph.Worlds.Count; at++)
        {
            var world = graph.Worlds[at];
            Require(byDrops[at], world, "Drops do not finish the pair.");
            Require(byTimers[at] || IsHeld(world), world, "Timers do not finish a pair that no host holds.");
            Require(byCloses[at] || !world.Client.IsListening || !world.Server.IsListening, world, "Closes do not finish the pair.");
        }
    }

    private static bool IsHeld(PairWorld world) => world.Pair.Client is SidePhase.Attached || world.Pair.Server is SidePhase.Attached;

    private static void Require(bool condition, PairWorld world, string otherwise)
    {
        if (!condition)
        {
            Assert.Fail($"{otherwise}\n{world}");
        }
    }
}
