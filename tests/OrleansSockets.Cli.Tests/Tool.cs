using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace OrleansSockets.Cli.Tests;

/// <summary>One run of the tool, as a process.</summary>
internal sealed record Tool(int ExitCode, string Output, string Errors)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public static async Task<Tool> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "orleans-sockets.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("ORLEANS_SOCKETS_URL");
        start.Environment.Remove("ORLEANS_SOCKETS_KEY");
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(Token), process.StandardError.ReadToEndAsync(Token));
        await process.WaitForExitAsync(Token);
        return new Tool(process.ExitCode, await output, await errors);
    }

    /// <summary>The output's lines, or a failed test that shows what happened instead.</summary>
    public string[] Expect(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"exit code {ExitCode}, not {exitCode}\n{Output}\n{Errors}");
        return Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
