using System.Net;
using OrleansSockets.Storage.Tests.Stores;

namespace OrleansSockets.Conformance.Hosting;

/// <summary>The ports of one node: for silos, for gateways, for clients.</summary>
internal sealed record NodeAddress(string Name, int SiloPort, int GatewayPort, int HttpPort)
{
    public IPEndPoint Http => new(IPAddress.Loopback, HttpPort);

    public IPEndPoint Silo => new(IPAddress.Loopback, SiloPort);

    /// <summary>Finds ports that nobody uses.</summary>
    public static IReadOnlyList<NodeAddress> Free(IReadOnlyList<string> names) =>
        [.. names.Select(name => new NodeAddress(name, FreePort.Next(), FreePort.Next(), FreePort.Next()))];
}
