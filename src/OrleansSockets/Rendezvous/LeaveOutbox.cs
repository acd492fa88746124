namespace OrleansSockets.Rendezvous;

/// <summary>
/// What the homes of names have to hear of clients that have left: each leave is said again until its home has heard it, in one message for
/// all that have come up meanwhile.
/// </summary>
/// <param name="send">Tells a home. False: it did not answer.</param>
/// <param name="pace">Of repeats.</param>
/// <param name="stopped">Ends it.</param>
internal sealed class LeaveOutbox(Func<SiloAddress, NameLeave[], Task<bool>> send, TimeProvider pace, CancellationToken stopped)
{
    /// <summary>A pace, not a limit: a leave is said until it is heard, and what comes up meanwhile travels in the same message.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, NameLeave> _leaves = [];
    private readonly Dictionary<SiloAddress, Task> _sending = [];
    private ClusterView _view = new(long.MinValue, [], []);

    /// <summary>Ends when what is here now is said, or was tried.</summary>
    public Task Sent
    {
        get
        {
            lock (_gate)
            {
                return Task.WhenAll(_sending.Values);
            }
        }
    }

    public void Add(NameLeave leave)
    {
        lock (_gate)
        {
            _leaves[leave.Secret] = leave;
            Send(_view.HomeOf(leave.Name));
        }
    }

    /// <summary>Names have other homes now.</summary>
    public void SetView(ClusterView view)
    {
        lock (_gate)
        {
            _view = view;
            foreach (var home in _leaves.Values.Select(leave => view.HomeOf(leave.Name)).Distinct().ToArray())
            {
                Send(home);
            }
        }
    }

    // One task for each home that has something to hear: a silent one holds up no other. Called under the lock.
    private void Send(SiloAddress? home)
    {
        if (home is not null && !_sending.ContainsKey(home))
        {
            _sending.Add(home, Task.Run(() => SendAsync(home)));
        }
    }

    private async Task SendAsync(SiloAddress home)
    {
        while (true)
        {
            NameLeave[] due;
            lock (_gate)
            {
                due = [.. _leaves.Values.Where(leave => home.Equals(_view.HomeOf(leave.Name)))];
                if (due.Length == 0 || stopped.IsCancellationRequested)
                {
                    _sending.Remove(home);
                    return;
                }
            }

            if (await send(home, due).ConfigureAwait(false))
            {
                lock (_gate)
                {
                    foreach (var leave in due)
                    {
                        _leaves.Remove(leave.Secret);
                    }
                }
            }
            else
            {
                await Task.Delay(RetryDelay, pace, stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
