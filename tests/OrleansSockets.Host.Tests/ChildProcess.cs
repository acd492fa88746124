using System.Diagnostics;
using System.Text;
using System.Threading.Channels;

namespace OrleansSockets.Host.Tests;

/// <summary>A program that a test starts and that never outlives it.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _output = new();

    public ChildProcess(string program, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
            { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.Exited += (_, _) => _lines.Writer.TryComplete();
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public int ExitCode => _process.ExitCode;

    /// <summary>The rest of the first line that holds <paramref name="marker"/>; lines before it are skipped.</summary>
    public async Task<string> ReadAfterAsync(string marker, CancellationToken cancellationToken) =>
        (await ReadAfterAnyAsync([marker], cancellationToken)).After;

    /// <summary>The first of <paramref name="markers"/> that a line holds, and the rest of that line.</summary>
    public async Task<(string Marker, string After)> ReadAfterAnyAsync(string[] markers, CancellationToken cancellationToken)
    {
        await foreach (var line in _lines.Reader.ReadAllAsync(cancellationToken))
        {
            if (Array.Find(markers, marker => line.Contains(marker, StringComparison.Ordinal)) is { } found)
            {
                return (found, line[(line.IndexOf(found, StringComparison.Ordinal) + found.Length)..].Trim());
            }
        }

        throw new InvalidOperationException(
            $"{_process.StartInfo.FileName} ended without saying '{string.Join("' or '", markers)}':\n{Output}");
    }

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>SIGTERM, as a container runtime does, and then the end of the process.</summary>
    public async Task TerminateAsync(CancellationToken cancellationToken)
    {
        await SignalAsync("TERM", $"{Id}", cancellationToken);
        await WaitForExitAsync(cancellationToken);
    }

    /// <summary>Ends when it has ended and all that it said is in <see cref="Output"/>.</summary>
    public Task WaitForExitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>Sends a signal to the process of that id, or, after a minus, to the group of it.</summary>
    public static async Task SignalAsync(string signal, string target, CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", [$"-{signal}", "--", target]);
        await kill.WaitForExitAsync(cancellationToken);
        if (kill.ExitCode != 0)
        {
            throw new InvalidOperationException($"{target} could not be sent SIG{signal}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
        }

        _lines.Writer.TryWrite(line);
    }
}
