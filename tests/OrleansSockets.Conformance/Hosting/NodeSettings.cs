using System.Net;
using OrleansSockets.Conformance.Format;

namespace OrleansSockets.Conformance.Hosting;

/// <summary>All that a node has to know when it starts.</summary>
/// <param name="Primary">The silo that holds the membership of the cluster.</param>
/// <param name="Nodes">How many nodes the cluster has; a node is ready when it sees them all.</param>
/// <param name="Compats">What becomes a deployment each.</param>
/// <param name="Http2">Clients come over HTTP/2, and only so: without TLS a port speaks one of the two.</param>
internal sealed record NodeSettings(
    NodeAddress Address, IPEndPoint Primary, string ClusterId, int Nodes, IReadOnlyList<Compat> Compats, bool Http2 = false);
