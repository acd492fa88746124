using System.Net;

namespace OrleansSockets.Processes.Tests;

/// <summary>A machine of its own, as far as the network goes: a namespace of Linux with one address.</summary>
/// <param name="Name">Of the namespace.</param>
/// <param name="Address">Its address, which the tests reach.</param>
internal sealed record NetworkPlace(string Name, IPAddress Address)
{
    /// <summary>What a command line begins with to run there.</summary>
    public string[] Enter => ["ip", "netns", "exec", Name];
}
