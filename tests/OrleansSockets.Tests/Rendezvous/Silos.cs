using System.Net;

namespace OrleansSockets.Tests.Rendezvous;

/// <summary>Addresses of silos that are only spoken of.</summary>
internal static class Silos
{
    public static SiloAddress Address(int number, int generation = 1) => SiloAddress.New(IPAddress.Loopback, 1000 + number, generation);

    public static SiloAddress[] Addresses(int count) => [.. Enumerable.Range(1, count).Select(number => Address(number))];
}
