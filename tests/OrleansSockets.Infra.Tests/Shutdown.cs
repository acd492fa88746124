using System.Globalization;
using Microsoft.Extensions.Hosting;
using OrleansSockets.AspNetCore;

namespace OrleansSockets.Infra.Tests;

/// <summary>How long a node takes to stop, at the most, with the defaults of the code.</summary>
internal static class Shutdown
{
    /// <summary>What a platform must give after SIGTERM: the host's own limit, in which the drain lies.</summary>
    public static TimeSpan Longest { get; } = Max(new EdgeOptions().DrainTimeout, new HostOptions().ShutdownTimeout);

    /// <summary><c>45s</c>, as compose writes it.</summary>
    public static TimeSpan Parse(string seconds) => TimeSpan.FromSeconds(int.Parse(seconds.TrimEnd('s'), CultureInfo.InvariantCulture));

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
