using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;

namespace OrleansSockets.Processes.Tests;

/// <summary>One node, as a process of its own that never outlives the tests.</summary>
internal abstract class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    /// <param name="program">The project that the node runs.</param>
    /// <param name="port">Where it serves HTTP.</param>
    /// <param name="arguments">Its configuration.</param>
    /// <param name="place">Where in the network it runs. Default: where the tests do.</param>
    protected NodeProcess(string program, int port, IEnumerable<string> arguments, NetworkPlace? place = null)
    {
        Address = new Uri($"http://{place?.Address ?? IPAddress.Loopback}:{port}");
        Http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(15) };
        string[] command = ["dotnet", Assembly(program), "--urls", $"{Address}", .. arguments];
        command = place is null ? command : [.. place.Enter, .. command];
        _process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += (_, line) => Append(line.Data);
        _process.ErrorDataReceived += (_, line) => Append(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit += KillAtExit;
    }

    public Uri Address { get; }

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

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

    protected HttpClient Http { get; }

    public Task<string> GetAsync(string path, CancellationToken cancellation) => Http.GetStringAsync(path, cancellation);

    public async Task<string[]> GetListAsync(string path, CancellationToken cancellation) =>
        await Http.GetFromJsonAsync<string[]>(path, cancellation) ?? [];

    public async Task PostAsync(string path, CancellationToken cancellation)
    {
        using var response = await Http.PostAsync(path, null, cancellation);
        response.EnsureSuccessStatusCode();
    }

    public async Task<ClientWebSocket> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(Socket(path), cancellation);
        return socket;
    }

    public Uri Socket(string path) => new UriBuilder(new Uri(Address, path)) { Scheme = "ws" }.Uri;

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGTERM, as a container runtime does, and then the end of the process.</summary>
    public async Task TerminateAsync(CancellationToken cancellation)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await _process.WaitForExitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= KillAtExit;
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Http.Dispose();
    }

    /// <summary>Asks for a path until it is answered with success.</summary>
    protected async Task<string> WaitForAsync(string path, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await Http.GetStringAsync(path, cancellation);
            }
            catch (HttpRequestException) when (!_process.HasExited && Stopwatch.GetElapsedTime(started) < StartLimit)
            {
                await Task.Delay(Poll, TimeProvider.System, cancellation);
            }
            catch (HttpRequestException e)
            {
                throw new InvalidOperationException($"The node at {Address} did not start. It said:\n{Output}", e);
            }
        }
    }

    // Beside this test's own output, in the same configuration.
    private static string Assembly(string program)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(own.Parent!.Parent!.FullName, program, own.Name, $"{program}.dll");
    }

    private void KillAtExit(object? sender, EventArgs e)
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
    }

    private void Append(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }
}
