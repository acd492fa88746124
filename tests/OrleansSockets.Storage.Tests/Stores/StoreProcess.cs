using System.Diagnostics;
using System.Globalization;

namespace OrleansSockets.Storage.Tests.Stores;

/// <summary>A program that a test needs, started and ended by it.</summary>
internal sealed class StoreProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly List<string> _output = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _readyText;

    private StoreProcess(Process process, string readyText)
    {
        _process = process;
        _readyText = readyText;
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit += Kill;
    }

    /// <summary>What it has printed so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_output)
            {
                return [.. _output];
            }
        }
    }

    /// <summary>Starts the program and waits for the line that says it is ready.</summary>
    public static async Task<StoreProcess> StartAsync(string program, string[] arguments, string readyText, string howToInstall)
    {
        var started = new StoreProcess(Launch(program, arguments, howToInstall), readyText);
        var ended = started._process.WaitForExitAsync();
        if (await Task.WhenAny(started._ready.Task, ended).WaitAsync(Patience) == ended)
        {
            throw new InvalidOperationException($"{program} ended before it was ready: {string.Join('\n', started.Lines)}");
        }

        return started;
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task RunAsync(string program, string[] arguments, string howToInstall)
    {
        using var process = Launch(program, arguments, howToInstall);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} failed ({process.ExitCode}): {await output} {await errors}");
        }
    }

    public Task SignalAsync(string name) =>
        RunAsync("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)], "kill is a part of procps.");

    /// <summary>Asks the program to end, as Ctrl+C does, so that it writes down what it holds.</summary>
    public async Task StopAsync()
    {
        await SignalAsync("INT");
        await _process.WaitForExitAsync().WaitAsync(Patience);
    }

    /// <summary>Ends the program where it stands.</summary>
    public async Task KillAsync()
    {
        Kill(this, EventArgs.Empty);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= Kill;
        await KillAsync();
        _process.Dispose();
    }


    private static Process Launch(string program, string[] arguments, string howToInstall)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new InvalidOperationException($"These tests need {program}, and it is not here. {howToInstall}");
        }
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.Add(line);
        }

        if (line.Contains(_readyText, StringComparison.Ordinal))
        {
            _ready.TrySetResult();
        }
    }

    private void Kill(object? sender, EventArgs e)
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
    }
}
