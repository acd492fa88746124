using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;

namespace OrleansSockets.Processes.Tests;

/// <summary>One node, as a process of its own.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly HttpClient _http;
    private readonly int _port;

    private NodeProcess(int port, int silo, int gateway, int primary)
    {
        _port = port;
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(15) };
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { NodeAssembly(), "--urls", $"http://127.0.0.1:{port}", "--silo", $"{silo}", "--gateway", $"{gateway}", "--primary", $"{primary}" },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Append(line.Data);
        _process.ErrorDataReceived += (_, line) => Append(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The silo's address.</summary>
    public string Silo { get; private set; } = "";

    public static async Task<NodeProcess> StartAsync(int port, int silo, int gateway, int primary, CancellationToken cancellation)
    {
        var node = new NodeProcess(port, silo, gateway, primary);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                node.Silo = await node._http.GetStringAsync("/silo", cancellation);
                return node;
            }
            catch (HttpRequestException) when (!node._process.HasExited && Stopwatch.GetElapsedTime(started) < StartLimit)
            {
                await Task.Delay(Poll, TimeProvider.System, cancellation);
            }
            catch (HttpRequestException e)
            {
                await node.DisposeAsync();
                throw new InvalidOperationException($"The node on port {port} did not start. It said:\n{node.Output}", e);
            }
        }
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

    public Task<string> GetAsync(string path, CancellationToken cancellation) => _http.GetStringAsync(path, cancellation);

    public async Task<string[]> GetListAsync(string path, CancellationToken cancellation) =>
        await _http.GetFromJsonAsync<string[]>(path, cancellation) ?? [];

    public async Task PostAsync(string path, CancellationToken cancellation)
    {
        using var response = await _http.PostAsync(path, null, cancellation);
        response.EnsureSuccessStatusCode();
    }

    public async Task<ClientWebSocket> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{_port}{path}"), cancellation);
        return socket;
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _http.Dispose();
    }

    // Beside this test's own output, in the same configuration.
    private static string NodeAssembly()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(own.Parent!.Parent!.FullName, "OrleansSockets.Processes.Node", own.Name, "OrleansSockets.Processes.Node.dll");
    }

    private void Append(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }
}
