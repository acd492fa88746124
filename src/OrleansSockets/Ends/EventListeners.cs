namespace OrleansSockets.Ends;

/// <summary>The listeners of one end, in the order of adding. May be changed while an event is dispatched; the event goes to those that were there before.</summary>
internal sealed class EventListeners
{
    private readonly Lock _gate = new();
    private Listener[] _listeners = [];

    public IDisposable Add<T>(Action<T> handler, Func<SocketEvent, T> convert, string type)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add(new Listener(type, handler, e =>
        {
            handler(convert(e));
            return null;
        }));
    }

    public IDisposable Add<T>(Func<T, Task> handler, Func<SocketEvent, T> convert, string type)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add(new Listener(type, handler, e => handler(convert(e))));
    }

    public void AddOnce(string type, Action<SocketEvent> listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        AddOnce(new Listener(type, listener, e =>
        {
            listener(e);
            return null;
        }));
    }

    public void AddOnce(string type, Func<SocketEvent, Task> listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        AddOnce(new Listener(type, listener, listener));
    }

    public void Remove(string type, Delegate original)
    {
        lock (_gate)
        {
            _listeners = [.. _listeners.Where(listener => listener.Type != type || !listener.Original.Equals(original))];
        }
    }

    /// <summary>Runs all listeners of the event's type. The result is null if all are done; else their tasks.</summary>
    /// <exception cref="Exception">The first exception of a listener; the others have run all the same.</exception>
    public Task? Dispatch(SocketEvent e)
    {
        List<Task>? pending = null;
        System.Runtime.ExceptionServices.ExceptionDispatchInfo? failure = null;
        foreach (var listener in _listeners)
        {
            if (listener.Type != e.Type)
            {
                continue;
            }

            try
            {
                if (listener.Invoke(e) is { IsCompletedSuccessfully: false } task)
                {
                    (pending ??= []).Add(task);
                }
            }
            catch (Exception exception)
            {
                failure ??= System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(exception);
            }
        }

        failure?.Throw();
        return pending switch
        {
            null => null,
            [var only] => only,
            _ => Task.WhenAll(pending),
        };
    }

    private Registration Add(Listener listener)
    {
        lock (_gate)
        {
            _listeners = [.. _listeners, listener];
        }

        return new Registration(this, listener);
    }

    private void AddOnce(Listener listener)
    {
        ArgumentNullException.ThrowIfNull(listener.Type);
        lock (_gate)
        {
            if (!_listeners.Any(known => known.Type == listener.Type && known.Original.Equals(listener.Original)))
            {
                _listeners = [.. _listeners, listener];
            }
        }
    }

    private sealed record Listener(string Type, Delegate Original, Func<SocketEvent, Task?> Invoke);

    private sealed class Registration(EventListeners listeners, Listener listener) : IDisposable
    {
        public void Dispose()
        {
            lock (listeners._gate)
            {
                listeners._listeners = [.. listeners._listeners.Where(other => !ReferenceEquals(other, listener))];
            }
        }
    }
}
