using Microsoft.Extensions.Logging;
using OrleansSockets.Ends;
using OrleansSockets.Rules;
using OrleansSockets.Wire;

namespace OrleansSockets.Contexts;

/// <summary>
/// Tells of what listeners threw, and of what failed around them: to the log, to the handlers of one context, to that of the silo. Nothing
/// here throws.
/// </summary>
internal sealed class ListenerExceptions(EndHost host)
{
    private readonly Lock _gate = new();
    private Registration[] _handlers = [];

    public IDisposable Add(Action<UnhandledListenerExceptionEvent> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var registration = new Registration(this, handler);
        lock (_gate)
        {
            _handlers = [.. _handlers, registration];
        }

        return registration;
    }

    /// <summary>On any thread.</summary>
    public void Log(UnhandledListenerExceptionEvent e, Side side)
    {
        if (e.IsRejection)
        {
            Log(logger => ContextLog.ListenerTaskFailed(logger, e.Error, e.Type, side, e.End.PairId));
        }
        else
        {
            Log(logger => ContextLog.ListenerThrew(logger, e.Error, e.Type, side, e.End.PairId));
        }
    }

    /// <summary>In a turn of the context.</summary>
    public void Raise(UnhandledListenerExceptionEvent e)
    {
        foreach (var registration in _handlers)
        {
            Tell(registration.Handler, e);
        }

        if (host.Options.UnhandledListenerException is { } all)
        {
            Tell(all, e);
        }
    }

    public void LogFault(Exception error, PairId pair, Side side) => Log(logger => ContextLog.EndFault(logger, error, side, pair));

    public void LogFault(Exception error) => Log(logger => ContextLog.TurnFault(logger, error));

    private void Tell(Action<UnhandledListenerExceptionEvent> handler, UnhandledListenerExceptionEvent e)
    {
        try
        {
            handler(e);
        }
        catch (Exception exception)
        {
            Log(logger => ContextLog.ReportFailed(logger, exception));
        }
    }

    private void Log(Action<ILogger> write)
    {
        try
        {
            write(host.ContextLogger);
        }
        catch (Exception)
        {
            // A log provider that throws must not end the context; nobody is left to be told.
        }
    }

    private sealed class Registration(ListenerExceptions owner, Action<UnhandledListenerExceptionEvent> handler) : IDisposable
    {
        public Action<UnhandledListenerExceptionEvent> Handler => handler;

        public void Dispose()
        {
            lock (owner._gate)
            {
                owner._handlers = [.. owner._handlers.Where(other => other != this)];
            }
        }
    }
}
