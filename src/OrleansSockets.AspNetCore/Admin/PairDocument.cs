namespace OrleansSockets.AspNetCore.Admin;

/// <summary>A pair, put together from all nodes that know it.</summary>
/// <param name="Id">32 hex digits.</param>
/// <param name="Finished">Both its streams are finished; this is what was last known.</param>
/// <param name="GrainNode">Where its grain is; null: nowhere now.</param>
/// <param name="Epoch">Counts the activations of its grain.</param>
/// <param name="Ends">By side.</param>
internal sealed record PairDocument(string Id, bool Finished, string? GrainNode, long? Epoch, IReadOnlyList<EndDocument> Ends)
{
    /// <summary>What happened, in order of time by the nodes' clocks. Not in lists.</summary>
    public IReadOnlyList<HappeningDocument>? Timeline { get; init; }

    /// <summary>How it ended or why an end saw 1006, a sentence each. Not in lists.</summary>
    public IReadOnlyList<string>? Explanation { get; init; }

    /// <summary>Nodes that did not answer: what they know is missing here.</summary>
    public IReadOnlyList<string>? SilentNodes { get; init; }
}

/// <summary>One end.</summary>
/// <param name="Side">0: the client's, 1: the server's.</param>
/// <param name="Node">Where its handlers run or its socket is.</param>
/// <param name="ReadyState"><c>connecting</c>, <c>open</c>, <c>closing</c>, <c>closed</c>. An end that has a socket is open for
/// life.</param>
/// <param name="Phase">Who listens to it: <c>pending</c> (nobody yet), <c>accepted</c>, <c>coupled</c> (a socket or another end),
/// <c>hibernatable</c>.</param>
/// <param name="Deployment">Whose settings it has.</param>
/// <param name="Revision">Of these settings.</param>
/// <param name="QueuedBytes">Wait to be sent.</param>
internal sealed record EndDocument(
    int Side, string Node, string ReadyState, string Phase, string Deployment, long Revision, long QueuedBytes);

/// <summary>One line of a timeline.</summary>
/// <param name="Time">By the node's clock.</param>
/// <param name="Node">Where it was seen.</param>
/// <param name="Side">Which end; -1: the pair's grain.</param>
/// <param name="What">In plain words.</param>
/// <param name="Code">Of a Close.</param>
internal sealed record HappeningDocument(DateTimeOffset Time, string Node, int Side, string What, int? Code);

/// <summary>One page.</summary>
/// <param name="Pairs">By id.</param>
/// <param name="Next">Ask for the next page with <c>after</c> and this; null: this is the last one.</param>
/// <param name="SilentNodes">Nodes that did not answer: their pairs may be missing.</param>
internal sealed record PairPage(IReadOnlyList<PairDocument> Pairs, string? Next, IReadOnlyList<string> SilentNodes);

internal sealed record CloseRequest(int? Code, string? Reason);
