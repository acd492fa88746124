using OrleansSockets.Conformance.Format;

namespace OrleansSockets.Conformance.Running;

/// <summary>
/// How the topologies lie on one, two and three nodes. On more than one node every scenario runs with its pair in several places.
/// </summary>
internal static class Plans
{
    private const string A = "A";
    private const string B = "B";
    private const string C = "C";

    public static IReadOnlyList<string> NodeNames(int nodes) => nodes switch
    {
        1 => [A],
        2 => [A, B],
        3 => [A, B, C],
        _ => throw new ArgumentOutOfRangeException(nameof(nodes), nodes, "There are plans for 1, 2 and 3 nodes."),
    };

    public static IReadOnlyList<Plan> For(Scenario scenario, int nodes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nodes, 3);
        return scenario.Topology switch
        {
            Topology.Remote => Remote(scenario.Host, nodes),
            Topology.Local => Local(nodes),
            Topology.Split => Split(nodes),
            Topology.Relay => Relay(nodes),
            Topology.Proxy => Proxy(nodes),
            Topology.Room => Room(nodes),
            _ => throw new ArgumentException($"The topology {scenario.Topology} needs no nodes.", nameof(scenario)),
        };
    }

    private static List<Plan> Remote(PairHost host, int nodes)
    {
        // Made by an endpoint, the pair's server end is where the client's edge is: with more nodes a session makes it elsewhere.
        var makesItself = host == PairHost.Worker && nodes == 1;
        var place = nodes == 1 ? A : B;
        return Each(Places(nodes), pair => new Plan(Client(A), Host(new ActorPlace(place, !makesItself)), [pair], host switch
        {
            PairHost.Passthrough when nodes == 3 => C,
            PairHost.Passthrough => A,
            _ => null,
        }));
    }

    private static List<Plan> Local(int nodes) => Each(
        nodes switch { 1 => [null], 2 => [A, B], _ => new string?[] { B, C } },
        pair => new Plan(new Dictionary<string, string>(), Host(new ActorPlace(A, IsSession: false)), [pair]));

    private static List<Plan> Split(int nodes) => Each(Places(nodes), pair => new Plan(
        new Dictionary<string, string>(),
        FrontAndHost(new ActorPlace(A, IsSession: false), new ActorPlace(nodes == 1 ? A : B, IsSession: true)),
        [pair]));

    private static List<Plan> Relay(int nodes) => Each(Places(nodes), pair => new Plan(
        new Dictionary<string, string> { ["c1"] = A, ["c2"] = nodes == 1 ? A : B },
        Host(new ActorPlace(nodes switch { 1 => A, 2 => B, _ => C }, IsSession: true)),
        [pair, pair]));

    // Every other client on another node, the session on a third one if there is one.
    private static List<Plan> Room(int nodes) => Each(Places(nodes), pair => new Plan(
        EndNames.Clients(Topology.Room).Index().ToDictionary(client => client.Item, client => nodes == 1 || client.Index % 2 == 0 ? A : B),
        Host(new ActorPlace(nodes switch { 1 => A, 2 => B, _ => C }, IsSession: true)),
        [.. Enumerable.Repeat(pair, EndNames.RoomClients)]));

    private static List<Plan> Proxy(int nodes) => nodes switch
    {
        1 => [new Plan(Client(A), FrontAndHost(new ActorPlace(A, IsSession: false), new ActorPlace(A, IsSession: true)), [A, A])],
        2 => Each(Places(nodes), pair => new Plan(
            Client(A), FrontAndHost(new ActorPlace(A, IsSession: false), new ActorPlace(B, IsSession: true)), [pair, pair])),
        // Each of the two pairs is on the node that has none of its ends.
        _ => [new Plan(Client(A), FrontAndHost(new ActorPlace(B, IsSession: true), new ActorPlace(C, IsSession: true)), [C, A])],
    };

    // The pair grain on the silo of either end, and with three nodes on the one that has no end.
    private static string[] Places(int nodes) => nodes switch { 1 => [A], 2 => [A, B], _ => [C] };

    private static List<Plan> Each(IEnumerable<string?> places, Func<string?, Plan> plan) => [.. places.Select(plan)];

    private static Dictionary<string, string> Client(string node) => new() { ["c"] = node };

    private static Dictionary<string, ActorPlace> Host(ActorPlace place) => new() { [Plan.Host] = place };

    private static Dictionary<string, ActorPlace> FrontAndHost(ActorPlace front, ActorPlace host) =>
        new() { [Plan.Host] = host, [Plan.Front] = front };
}
