using System.Diagnostics;
using System.Net;

namespace OrleansSockets.Processes.Tests;

/// <summary>
/// A small network: namespaces of Linux on one bridge, which the tests are on, too. Links between two of them can be cut without a word, as
/// a broken switch does. Needs root,
/// <c>ip</c> and <c>iptables</c>.
/// </summary>
internal sealed class TestNetwork : IAsyncDisposable
{
    private const string Prefix = "10.213.77";

    private readonly string _id = $"os{Environment.ProcessId % 100000}";
    private readonly List<NetworkPlace> _places = [];

    private string Bridge => $"{_id}b";

    public IReadOnlyList<NetworkPlace> Places => _places;

    public static async Task<TestNetwork> CreateAsync(int places)
    {
        Assert.True(Environment.IsPrivilegedProcess, "This test makes network namespaces: run it as root, on Linux.");
        var network = new TestNetwork();
        try
        {
            await network.BuildAsync(places);
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Nothing passes between the two any more, in either direction; nobody is told.</summary>
    public static async Task CutAsync(NetworkPlace one, NetworkPlace other)
    {
        await FilterAsync(one, "-A", other);
        await FilterAsync(other, "-A", one);
    }

    public static async Task MendAsync(NetworkPlace one, NetworkPlace other)
    {
        await FilterAsync(one, "-D", other);
        await FilterAsync(other, "-D", one);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var place in _places)
        {
            await TryRunAsync("ip", "netns", "del", place.Name);
        }

        await TryRunAsync("ip", "link", "del", Bridge);
    }

    private static Task FilterAsync(NetworkPlace at, string action, NetworkPlace from) =>
        RunAsync([.. at.Enter, "iptables", action, "INPUT", "-s", $"{from.Address}", "-j", "DROP"]);

    private static async Task RunAsync(params string[] command)
    {
        var (code, said) = await TryRunAsync(command);
        Assert.True(code == 0, $"'{string.Join(' ', command)}' failed with {code}: {said}");
    }

    private static async Task<(int Code, string Said)> TryRunAsync(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said);
    }

    private async Task BuildAsync(int places)
    {
        await RunAsync("ip", "link", "add", Bridge, "type", "bridge");
        await RunAsync("ip", "addr", "add", $"{Prefix}.254/24", "dev", Bridge);
        await RunAsync("ip", "link", "set", Bridge, "up");
        for (var i = 1; i <= places; i++)
        {
            var place = new NetworkPlace($"{_id}n{i}", IPAddress.Parse($"{Prefix}.{i}"));
            _places.Add(place);
            await RunAsync("ip", "netns", "add", place.Name);
            await RunAsync("ip", "link", "add", $"{_id}p{i}", "type", "veth", "peer", "name", "eth0", "netns", place.Name);
            await RunAsync("ip", "link", "set", $"{_id}p{i}", "master", Bridge, "up");
            await RunAsync("ip", "-n", place.Name, "addr", "add", $"{place.Address}/24", "dev", "eth0");
            await RunAsync("ip", "-n", place.Name, "link", "set", "eth0", "up");
            await RunAsync("ip", "-n", place.Name, "link", "set", "lo", "up");
        }
    }
}
