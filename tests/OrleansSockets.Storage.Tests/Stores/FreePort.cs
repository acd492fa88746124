using System.Net;
using System.Net.Sockets;

namespace OrleansSockets.Storage.Tests.Stores;

/// <summary>Ports that nobody listens on.</summary>
/// <remarks>
/// Below those that the system gives to outgoing connections (from 32768 on Linux): a server that is started later, or ended and started
/// again, must find its port free, also while others are connecting to wherever.
/// </remarks>
internal static class FreePort
{
    private const int First = 20_000;
    private const int Last = 32_000;

    private static readonly HashSet<int> Given = [];

    /// <summary>A port that this process has not given out before.</summary>
    public static int Next() => NextBlock(1);

    /// <summary>The first of several in a row.</summary>
    public static int NextBlock(int count)
    {
        lock (Given)
        {
            while (true)
            {
                // At random: another test process looks for ports at the same time.
                var ports = Enumerable.Range(Random.Shared.Next(First, Last - count), count).ToList();
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
