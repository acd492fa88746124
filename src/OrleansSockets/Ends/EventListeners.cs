using OrleansSockets.Diagnostics;

namespace OrleansSockets.Ends;

/// <summary>
/// The listeners of one end, in the order of adding. May be changed while an event is dispatched: the event goes to those that were there
/// before and were not
/// removed in the meantime, as everywhere in the DOM.
/// </summary>
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

    public void AddOnce(string type, Action<SocketEvent> listener, EventListenerOptions? options)
    {
        ArgumentNullException.ThrowIfNull(listener);
        AddOnce(
            new Listener(type, listener, e =>
            {
                listener(e);
                return null;
            }),
            options);
    }

    public void AddOnce(string type, Func<SocketEvent, Task> listener, EventListenerOptions? options)
    {
        ArgumentNullException.ThrowIfNull(listener);
        AddOnce(new Listener(type, listener, listener), options);
    }

    public void Remove(string type, Delegate original)
    {
        lock (_gate)
        {
            Remove(listener => listener.Type == type && listener.Original.Equals(original));
        }
    }

    /// <summary>Runs the listeners of the event's type in order; what they throw is reported one by one, and goes no further.</summary>
    /// <param name="e">The event.</param>
    /// <param name="untilOneThrows">The listeners behind one that throws are not called.</param>
    /// <param name="owner">Reports each exception.</param>
    public Dispatched Dispatch(SocketEvent e, bool untilOneThrows, EndDispatcher owner)
    {
        LockOrder.CheckIsFree();
        List<Task>? pending = null;
        Exception? failure = null;
        foreach (var listener in _listeners)
        {
            if (listener.Type != e.Type || listener.IsRemoved)
            {
                continue;
            }

            if (listener.IsOnce)
            {
                // Before it is called, so that it may add itself again.
                lock (_gate)
                {
                    Remove(other => ReferenceEquals(other, listener));
                }
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
                failure ??= exception;
                owner.Report(e.Type, exception);
                if (untilOneThrows)
                {
                    break;
                }
            }
        }

        return new(failure, pending);
    }

    private Registration Add(Listener listener)
    {
        lock (_gate)
        {
            _listeners = [.. _listeners, listener];
        }

        return new Registration(this, listener);
    }

    private void AddOnce(Listener listener, EventListenerOptions? options)
    {
        ArgumentNullException.ThrowIfNull(listener.Type);
        lock (_gate)
        {
            if (options?.Signal.IsCancellationRequested == true
                || _listeners.Any(known => known.Type == listener.Type && known.Original.Equals(listener.Original)))
            {
                return;
            }

            listener.IsOnce = options?.Once == true;
            _listeners = [.. _listeners, listener];
        }

        if (options is { Signal.CanBeCanceled: true })
        {
            var removal = options.Signal.UnsafeRegister(
                static registration => ((Registration)registration!).Dispose(), new Registration(this, listener));
            lock (_gate)
            {
                listener.Removal = removal;
                if (listener.IsRemoved)
                {
                    removal.Unregister();
                }
            }
        }
    }

    // Called under the gate.
    private void Remove(Func<Listener, bool> isMeant)
    {
        foreach (var listener in _listeners.Where(isMeant))
        {
            listener.IsRemoved = true;
            listener.Removal.Unregister();
        }

        _listeners = [.. _listeners.Where(listener => !listener.IsRemoved)];
    }

    /// <summary>What became of a dispatch.</summary>
    /// <param name="Failure">The first exception of a listener.</param>
    /// <param name="Pending">The tasks of those that go on, or have failed.</param>
    public readonly record struct Dispatched(Exception? Failure, IReadOnlyList<Task>? Pending);

    private sealed class Listener(string type, Delegate original, Func<SocketEvent, Task?> invoke)
    {
        private volatile bool _isRemoved;

        public string Type => type;

        public Delegate Original => original;

        public Func<SocketEvent, Task?> Invoke => invoke;

        public bool IsOnce { get; set; }

        /// <summary>What takes it away with its signal.</summary>
        public CancellationTokenRegistration Removal { get; set; }

        public bool IsRemoved
        {
            get => _isRemoved;
            set => _isRemoved = value;
        }
    }

    private sealed class Registration(EventListeners listeners, Listener listener) : IDisposable
    {
        public void Dispose()
        {
            lock (listeners._gate)
            {
                listeners.Remove(other => ReferenceEquals(other, listener));
            }
        }
    }
}
