using OrleansSockets.Contexts;
using OrleansSockets.Deployments;
using OrleansSockets.Diagnostics;
using OrleansSockets.Pairs;

namespace OrleansSockets;

/// <summary>
/// The unit in which handlers never overlap: one endpoint invocation, one grain activation, or one that
/// <see cref="IWebSocketPairFactory.CreateContext"/> made. Its work runs in turns: the synchronous part of a handler, or of what
/// <see cref="RunAsync(Action)"/> was given, is one turn. At an <c>await</c> other turns may run.
/// </summary>
public abstract class WebSocketContext : IContextSource
{
    private static readonly AsyncLocal<IContextSource?> Ambient = new();

    // Most contexts see no exception.
    private ListenerExceptions? _exceptions;

    private protected WebSocketContext(PairHub hub, EndSettings settings)
    {
        Hub = hub;
        Settings = settings;
        Events = new EventQueue(this);
    }

    internal static WebSocketContext? Current => Ambient.Value?.Context;

    WebSocketContext IContextSource.Context => this;

    internal PairHub Hub { get; }

    internal WorkCounter Work => Hub.Host.Work;

    internal EventQueue Events { get; }

    internal ListenerExceptions Exceptions => LazyInitializer.EnsureInitialized(ref _exceptions, () => new ListenerExceptions(Hub.Host));

    /// <summary>What ends of this context take for life.</summary>
    internal virtual EndSettings Settings { get; }

    /// <summary>
    /// Calls <paramref name="handler"/>, in the context's turns, for each exception that a listener of this context's ends threw (with
    /// compatibility date 2026-09-15 or later) and for each
    /// failed task of an asynchronous one, in the order of happening. It should not wait; what it throws itself is logged. All exceptions
    /// of listeners are logged as well, whatever the
    /// date. For all contexts of a silo, see <see cref="OrleansSocketsOptions.UnhandledListenerException"/>.
    /// </summary>
    /// <param name="handler">The handler.</param>
    /// <returns>Dispose it to stop.</returns>
    public IDisposable OnUnhandledListenerException(Action<UnhandledListenerExceptionEvent> handler) => Exceptions.Add(handler);

    /// <summary>Runs <paramref name="turn"/> as one turn; pairs can be constructed in it.</summary>
    /// <param name="turn">The work.</param>
    public Task RunAsync(Action turn)
    {
        ArgumentNullException.ThrowIfNull(turn);
        return RunAsync(() =>
        {
            turn();
            return Task.FromResult(true);
        });
    }

    /// <inheritdoc cref="RunAsync(Action)"/>
    public Task RunAsync(Func<Task> turn)
    {
        ArgumentNullException.ThrowIfNull(turn);
        return RunAsync(async () =>
        {
            await turn();
            return true;
        });
    }

    /// <inheritdoc cref="RunAsync(Action)"/>
    public Task<T> RunAsync<T>(Func<Task<T>> turn)
    {
        ArgumentNullException.ThrowIfNull(turn);
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var caller = ExecutionContext.Capture();
        Post(() =>
        {
            if (caller is null)
            {
                Run();
            }
            else
            {
                // What the caller has flowing (its HttpContext, its activity) is there in the turn too.
                ExecutionContext.Run(caller, static run => ((Action)run!)(), (Action)Run);
            }
        });
        return completion.Task;

        void Run()
        {
            using var scope = Enter();
            _ = CompleteAsync(turn, completion);
        }
    }

    internal Scope Enter() => new(this);

    internal static Scope Enter(IContextSource source) => new(source);

    /// <summary>Queues a turn.</summary>
    internal abstract void Post(Action turn);

    /// <summary>An end of this context was accepted and is not finished: the context must live.</summary>
    internal virtual void Retain(WebSocketEnd end)
    {
    }

    internal virtual void ReleaseEnd(WebSocketEnd end)
    {
    }

    /// <summary>
    /// Runs what <see cref="Post"/> has queued. Never throws: the turns behind it, and the process, are not this one's to end.
    /// </summary>
    private protected void RunTurn(Action turn)
    {
        try
        {
            using var scope = Enter();
            turn();
        }
        catch (Exception e)
        {
            Exceptions.LogFault(e);
        }
        finally
        {
            Work.End();
        }
    }

    private static async Task CompleteAsync<T>(Func<Task<T>> turn, TaskCompletionSource<T> completion)
    {
        try
        {
            completion.TrySetResult(await turn());
        }
        catch (OperationCanceledException e)
        {
            completion.TrySetCanceled(e.CancellationToken);
        }
        catch (Exception e)
        {
            completion.TrySetException(e);
        }
    }

    internal readonly struct Scope : IDisposable
    {
        private readonly IContextSource? _before;

        public Scope(IContextSource source)
        {
            _before = Ambient.Value;
            Ambient.Value = source;
        }

        public void Dispose() => Ambient.Value = _before;
    }
}
