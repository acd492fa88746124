using System.Diagnostics;

namespace OrleansSockets.Processes.Tests;

/// <summary>A process outside the cluster, connected to a gateway of it.</summary>
public sealed class ClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Client_ReadsAndWritesDeployments_CallsASession_ButClaimsNothing()
    {
        var ports = ThreeNodes.FreePorts(3);
        await using var node = await NodeProcess.StartAsync(ports[0], ports[1], ports[2], ports[1], Token);

        Assert.Equal(
            [
                "put: Written, revision 1",
                "refused: Invalid, InvalidDate, UnknownFlag",
                "get: web_socket_manual_reply_to_close",
                "list: default, outside",
                "session: 101, ticket for side 0",
                "claim: NotLocal: This process cannot claim an end: it is a client outside the cluster, and messages travel between silos only. "
                    + "Pass the ticket to a grain and claim the end there.",
            ],
            await RunAsync(ports[2]));
    }

    private static async Task<string[]> RunAsync(int gateway)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(own.Parent!.Parent!.FullName, "OrleansSockets.Processes.Client", own.Name, "OrleansSockets.Processes.Client.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, $"{gateway}"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(Token), process.StandardError.ReadToEndAsync(Token));
        await process.WaitForExitAsync(Token);
        Assert.True(process.ExitCode == 0, await errors);
        return (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
