namespace OrleansSockets.AspNetCore.Admin;

/// <summary>A node of the cluster.</summary>
/// <param name="Address">Of its silo; names it in other requests.</param>
/// <param name="Name">Of its silo.</param>
/// <param name="Status"><c>active</c>, <c>draining</c>, or <c>silent</c> if it did not answer.</param>
/// <param name="Pairs">Pairs with an end or their grain there.</param>
/// <param name="Sockets">Open client sockets; null: it has no edge.</param>
/// <param name="Deployment">What new ends take there by default.</param>
/// <param name="Metadata">What its configuration says of it: its role, its region.</param>
/// <param name="LinksDown">Its links to other nodes that are down; null if it did not answer.</param>
internal sealed record NodeDocument(
    string Address, string Name, string Status, int? Pairs, int? Sockets, string? Deployment, IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyList<LinkDocument>? LinksDown);

/// <summary>A link between two nodes that is down.</summary>
/// <param name="To">The address of the node that does not answer.</param>
/// <param name="Since">When it answered last.</param>
/// <param name="Through">The address of the node that messages and calls go through meanwhile; null: none that reaches it is known.</param>
internal sealed record LinkDocument(string To, DateTimeOffset Since, string? Through);
