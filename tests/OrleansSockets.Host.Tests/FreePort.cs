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
}
