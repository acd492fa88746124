using System.Net;

namespace OrleansSockets.Testing.InMemory;

/// <summary>Where a silo's edge listens: no port, no network. Clients of the same test connect through it.</summary>
internal sealed class InMemoryEndPoint(string name) : EndPoint
{
    public override string ToString() => $"memory:{name}";
}
