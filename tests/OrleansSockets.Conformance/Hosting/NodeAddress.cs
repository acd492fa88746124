using System.Net;
using System.Net.Sockets;

namespace OrleansSockets.Conformance.Hosting;

/// <summary>The ports of one node: for silos, for gateways, for clients.</summary>
internal sealed record NodeAddress(string Name, int SiloPort, int GatewayPort, int HttpPort)
{
    public IPEndPoint Http => new(IPAddress.Loopback, HttpPort);

    public IPEndPoint Silo => new(IPAddress.Loopback, SiloPort);

    /// <summary>Finds ports that nobody uses now.</summary>
    public static IReadOnlyList<NodeAddress> Free(IReadOnlyList<string> names)
    {
        var held = new List<TcpListener>();
        try
        {
            return [.. names.Select(name => new NodeAddress(name, Port(), Port(), Port()))];
        }
        finally
        {
            held.ForEach(listener => listener.Dispose());
        }

        int Port()
        {
            var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            held.Add(listener);
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}
