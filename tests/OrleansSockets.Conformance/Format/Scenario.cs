using OrleansSockets.Conformance.Json;

namespace OrleansSockets.Conformance.Format;

internal enum Topology
{
    /// <summary>A client <c>c</c>, and its server end <c>s</c>.</summary>
    Remote,

    /// <summary>Both ends, <c>a</c> and <c>b</c>, in one context.</summary>
    Local,

    /// <summary><c>a</c> in a context, <c>b</c> in a session.</summary>
    Split,

    /// <summary>Two clients, <c>c1</c> and <c>c2</c>, with <c>s1</c> and <c>s2</c> in one session.</summary>
    Relay,

    /// <summary>A client <c>c</c>, a front with <c>f</c> and <c>u</c>, a backend with <c>s</c>.</summary>
    Proxy,

    /// <summary>
    /// Up to nine clients, <c>c1</c> to <c>c9</c>, with <c>s1</c> to <c>s9</c> in one session, which is itself <c>do</c>.
    /// </summary>
    Room,

    /// <summary>Compatibility settings alone.</summary>
    Config,
}

/// <summary>Where the pair of a <see cref="Topology.Remote"/> scenario is made.</summary>
internal enum PairHost
{
    Worker,
    DurableObject,
    Passthrough,
}

/// <param name="Date">As written, or <c>null</c>.</param>
internal sealed record Compat(string? Date, IReadOnlyList<string> Flags, bool Experimental);

/// <param name="Setup"><c>null</c>: only <c>accept()</c>.</param>
/// <param name="On">What its first listener does on events of each type.</param>
/// <param name="More">Further listeners; each is there for the types that it names.</param>
internal sealed record EndSpec(
    IReadOnlyList<Call>? Setup,
    IReadOnlyDictionary<string, IReadOnlyList<Rule>> On,
    IReadOnlyList<IReadOnlyDictionary<string, IReadOnlyList<Rule>>> More,
    string? BinaryType)
{
    public static EndSpec Default { get; } = new(null, new Dictionary<string, IReadOnlyList<Rule>>(), [], null);

    /// <summary>The rules of all listeners.</summary>
    public IEnumerable<Rule> Rules => More.Prepend(On).SelectMany(listener => listener.Values).SelectMany(rules => rules);
}

/// <param name="AutoReply">Answers the first Close frame with the same, as a browser does.</param>
internal sealed record ClientSpec(bool AutoReply)
{
    public static ClientSpec Default { get; } = new(AutoReply: false);
}

internal sealed record Scenario
{
    public required string Name { get; init; }

    public required string Group { get; init; }

    public required Topology Topology { get; init; }

    public required PairHost Host { get; init; }

    public required Compat Compat { get; init; }

    public required IReadOnlyDictionary<string, EndSpec> Ends { get; init; }

    public required IReadOnlyDictionary<string, ClientSpec> Clients { get; init; }

    public required IReadOnlyList<Step> Steps { get; init; }

    /// <summary>Which of the three event handlers a session has.</summary>
    public required IReadOnlyList<string> Handlers { get; init; }

    /// <summary>The end <c>global</c> hears of what listeners threw.</summary>
    public required bool GlobalErrors { get; init; }

    /// <summary>Paths like <c>final.c</c> which a comparison leaves out.</summary>
    public required IReadOnlyList<string> Ignore { get; init; }

    /// <summary>The scenario as written.</summary>
    public required JsonObject Source { get; init; }

    public EndSpec End(string name) => Ends.GetValueOrDefault(name, EndSpec.Default);

    public ClientSpec Client(string name) => Clients.GetValueOrDefault(name, ClientSpec.Default);
}
