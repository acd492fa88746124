using System.ComponentModel;
using System.Diagnostics;

namespace OrleansSockets.Infra.Tests;

/// <summary>A program that judges files.</summary>
internal static class Tool
{
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string program, string howToInstall, CancellationToken cancellationToken, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
            { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Checkout.Root };
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, await output + await errors);
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException($"{program} is missing. {howToInstall}", missing);
        }
    }
}
