using System.Net.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using OrleansSockets.Pairs;
using OrleansSockets.Testing.InMemory;

namespace OrleansSockets.Testing;

/// <summary>One silo of a <see cref="PairTestCluster"/>.</summary>
public sealed class TestSilo
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(20);

    internal TestSilo(InProcessSiloHandle handle)
    {
        Handle = handle;
        Hub = handle.ServiceProvider.GetRequiredService<PairHub>();
        Services = handle.ServiceProvider;
    }

    /// <summary>The silo's name, as its logs have it.</summary>
    public string Name => Handle.Name;

    /// <summary>The silo's address; a placement hint (<see cref="WebSocketPairOptions.PlacementHint"/>) takes it.</summary>
    public SiloAddress Address => Handle.SiloAddress;

    /// <summary>The silo's services.</summary>
    public IServiceProvider Services { get; }

    /// <summary>Makes pairs and claims tickets on this silo.</summary>
    public IWebSocketPairFactory Pairs => Services.GetRequiredService<IWebSocketPairFactory>();

    /// <summary>Calls grains from this silo.</summary>
    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    /// <summary>
    /// The pairs of which this silo holds an end or the grain, ends that never left their context not counted. Goes back to 0 when all are
    /// finished.
    /// </summary>
    public int PairCount => Hub.Count;

    internal InProcessSiloHandle Handle { get; }

    internal PairHub Hub { get; }

    internal PairActivity Activity => Get<PairActivity>();

    /// <summary>
    /// Runs <paramref name="turn"/> as one turn of a new context on this silo: in it, <c>new WebSocketPair()</c> works as in an endpoint.
    /// </summary>
    /// <param name="turn">What to run. It gets the context, whose <see cref="WebSocketContext.RunAsync(Action)"/> runs further
    /// turns.</param>
    public Task RunAsync(Action<WebSocketContext> turn)
    {
        ArgumentNullException.ThrowIfNull(turn);
        var context = Pairs.CreateContext();
        return context.RunAsync(() => turn(context));
    }

    /// <inheritdoc cref="RunAsync(Action{WebSocketContext})"/>
    public Task RunAsync(Func<WebSocketContext, Task> turn)
    {
        ArgumentNullException.ThrowIfNull(turn);
        var context = Pairs.CreateContext();
        return context.RunAsync(() => turn(context));
    }

    /// <inheritdoc cref="RunAsync(Action{WebSocketContext})"/>
    public Task<T> RunAsync<T>(Func<WebSocketContext, Task<T>> turn)
    {
        ArgumentNullException.ThrowIfNull(turn);
        var context = Pairs.CreateContext();
        return context.RunAsync(() => turn(context));
    }

    /// <summary>
    /// Opens a socket to this silo's edge, through its real HTTP server, over a connection in memory.
    /// </summary>
    /// <param name="path">The path and query of an endpoint that <see cref="PairTestClusterOptions.MapEndpoints"/> mapped.</param>
    /// <param name="configure">Sets subprotocols and headers.</param>
    /// <exception cref="WebSocketException">The edge answered with another status than 101.</exception>
    public async Task<TestSocket> ConnectAsync(string path, Action<ClientWebSocketOptions>? configure = null)
    {
        var socket = new ClientWebSocket();
        configure?.Invoke(socket.Options);
        using var limit = new CancellationTokenSource(ConnectLimit, TimeProvider.System);
        try
        {
            using var http = new HttpMessageInvoker(InMemoryEdge.CreateHandler(Services));
            await socket.ConnectAsync(new Uri(new Uri("ws://edge/"), path), http, limit.Token);
            return new TestSocket(socket);
        }
        catch (Exception)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Speaks HTTP to this silo's edge, in memory. Its base address is set: requests name the path only.</summary>
    public HttpClient CreateHttpClient() => new(InMemoryEdge.CreateHandler(Services)) { BaseAddress = new Uri("http://edge/") };

    /// <summary>A service of this silo.</summary>
    internal T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Address})";
}
