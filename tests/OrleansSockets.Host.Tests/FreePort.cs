using System.Net;
using System.Net.Sockets;

namespace OrleansSockets.Host.Tests;

/// <summary>Ports that nobody listens on.</summary>
internal static class FreePort
{
    private static readonly HashSet<int> Given = [];

    /// <summary>A port that this process has not given out before.</summary>
    public static int Next()
    {
        lock (Given)
        {
            while (true)
            {
                using var listener = new TcpListener(IPAddress.Loopback, 0);
                listener.Start();
                var port = ((IPEndPoint)listener.LocalEndpoint).Port;
                if (Given.Add(port))
                {
                    return port;
                }
            }
        }
    }

    /// <summary>The first of several in a row.</summary>
    public static int NextBlock(int count)
    {
        lock (Given)
        {
            while (true)
            {
                // Below those that systems give to connections, so that none of these takes one before it is used.
                var ports = Enumerable.Range(Random.Shared.Next(10_000, 30_000), count).ToList();
                if (ports.All(port => !Given.Contains(port) && IsFree(port)))
                {
                    Given.UnionWith(ports);
                    return ports[0];
                }
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
