namespace OrleansSockets.Rendezvous;

/// <summary>
/// The names whose home is this silo. What is here can be told again by the silos that hold the sockets, and is, whenever the cluster
/// changes: until all of them have spoken, the names that the change has brought here wait. The others never do.
/// </summary>
/// <param name="here">This silo.</param>
/// <param name="cooldown"><see cref="OrleansSocketsOptions.PairNameCooldown"/>.</param>
/// <param name="clock">Of what is remembered.</param>
/// <param name="pace">Of joins that wait.</param>
internal sealed class NameTable(SiloAddress here, TimeSpan cooldown, TimeProvider clock, TimeProvider pace)
{
    /// <summary>The version of a silo that stops and will hold nothing more.</summary>
    public const long Farewell = long.MaxValue;

    /// <summary>
    /// So long a join waits for what may be over in a moment. Well below the time limit of the call, so that the caller gets an answer,
    /// with which the client may try again.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A join that arrives behind its own leave must not take the side for ever. Twice as long as a call may be under way by a detour: that
    /// limit is a part of the service's contract, and no option either.
    /// </summary>
    private static readonly TimeSpan LeftMemory = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, NamedPair> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<SiloAddress, long> _announced = [];
    private readonly Dictionary<Guid, DateTimeOffset> _left = [];

    // Oldest first. Behind each of them, somebody may have got a name from another home that is this silo's now.
    private readonly List<ClusterView> _unsettled = [];
    private ClusterView? _settled;
    private ClusterView? _view;
    private TaskCompletionSource? _changed;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _names.Count;
            }
        }
    }

    public long Version => Volatile.Read(ref _view)?.Version ?? long.MinValue;

    /// <summary>The cluster has changed.</summary>
    public void SetView(ClusterView view)
    {
        lock (_gate)
        {
            if (view.Version <= Version)
            {
                return;
            }

            _view = view;
            _unsettled.Add(view);
            foreach (var (silo, version) in _announced.ToArray())
            {
                if (!view.Holders.Contains(silo) && (version <= view.Version || version == Farewell))
                {
                    _announced.Remove(silo);
                }
            }

            foreach (var (name, pair) in _names.ToArray())
            {
                // What was said under a later view than this one stays: it may be here again by then.
                if (pair.Version < view.Version && !here.Equals(view.HomeOf(name)))
                {
                    _names.Remove(name);
                    pair.Pulse();
                    continue;
                }

                pair.Forget(holder => holder.Version <= view.Version && !view.Holders.Contains(holder.Silo));
                RemoveIfEmpty(name, pair);
            }

            Settle();
        }
    }

    /// <summary>Gives a side of a name to a client.</summary>
    public async Task<NameReply> JoinAsync(NameJoin join, CancellationToken cancellation)
    {
        var began = pace.GetTimestamp();
        while (true)
        {
            Task changed;
            var left = Patience - pace.GetElapsedTime(began);
            lock (_gate)
            {
                var (reply, inTheWay) = TryJoin(join, patient: left > TimeSpan.Zero);
                if (reply is not null)
                {
                    return reply with { Version = Version };
                }

                changed = inTheWay?.Changed
                    ?? (_changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await changed.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, pace, cancellation)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Sockets have ended.</summary>
    public void Leave(IEnumerable<NameLeave> leaves)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            foreach (var leave in leaves)
            {
                _left[leave.Secret] = now + LeftMemory;
                if (_names.TryGetValue(leave.Name, out var pair) && pair.Leave(leave, now))
                {
                    RemoveIfEmpty(leave.Name, pair);
                }
            }
        }
    }

    /// <summary>Takes what a silo holds. The answer: the secrets of those that wait for nobody.</summary>
    public NameAnswer Announce(NameAnnouncement announcement)
    {
        lock (_gate)
        {
            List<Guid>? stray = null;
            foreach (var hold in announcement.Holds)
            {
                // Whoever sees an older cluster than this silo may speak to a home that is none any more.
                if (_left.ContainsKey(hold.Secret) || (announcement.Version <= Version && !here.Equals(_view!.HomeOf(hold.Name))))
                {
                    continue;
                }

                if (!Pair(hold.Name).Announce(hold, announcement.Holder, announcement.Version))
                {
                    (stray ??= []).Add(hold.Secret);
                }
            }

            if (announcement.IsComplete)
            {
                ForgetUnsaid(announcement);
                _announced[announcement.Holder] = Math.Max(announcement.Version, _announced.GetValueOrDefault(announcement.Holder));
                Settle();
            }

            return new NameAnswer(Version, stray?.ToArray() ?? []);
        }
    }

    public NamedPair? Find(string name)
    {
        lock (_gate)
        {
            return _names.GetValueOrDefault(name);
        }
    }

    /// <summary>Forgets what time has taken.</summary>
    public void Sweep()
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            foreach (var (name, pair) in _names.Where(entry => entry.Value.IsEmpty(now)).ToArray())
            {
                RemoveIfEmpty(name, pair);
            }

            foreach (var secret in _left.Where(entry => entry.Value <= now).Select(entry => entry.Key).ToArray())
            {
                _left.Remove(secret);
            }
        }
    }

    // No reply: wait for the cluster, or for what stands in the way under that name.
    private (NameReply? Reply, NamedPair? InTheWay) TryJoin(NameJoin join, bool patient)
    {
        var unsettled = new NameReply(NameOutcome.Unsettled);
        if (_view?.HomeOf(join.Name) is not { } home || join.Version > _view.Version)
        {
            // No silo is active yet, or the caller knows more of the cluster than this silo.
            return (patient ? null : unsettled, null);
        }

        if (!here.Equals(home))
        {
            return (new NameReply(NameOutcome.Moved), null);
        }

        if (!here.Equals(_settled?.HomeOf(join.Name)) || _unsettled.Exists(view => !here.Equals(view.HomeOf(join.Name))))
        {
            return (patient ? null : unsettled, null);
        }

        if (_left.ContainsKey(join.Secret))
        {
            return (unsettled, null);
        }

        var pair = Pair(join.Name);
        var reply = pair.Join(join, clock.GetUtcNow(), patient);
        RemoveIfEmpty(join.Name, pair);
        return (reply, pair);
    }

    // What its holder said under an older view and does not say now it has lost meanwhile, while another silo was the home.
    private void ForgetUnsaid(NameAnnouncement announcement)
    {
        var said = announcement.Holds.Select(hold => hold.Secret).ToHashSet();
        foreach (var (name, pair) in _names.ToArray())
        {
            pair.Forget(holder =>
                holder.Silo.Equals(announcement.Holder) && holder.Version < announcement.Version && !said.Contains(holder.Secret));
            RemoveIfEmpty(name, pair);
        }
    }

    private NamedPair Pair(string name)
    {
        if (!_names.TryGetValue(name, out var pair))
        {
            _names.Add(name, pair = new NamedPair(cooldown));
        }

        return pair;
    }

    private void RemoveIfEmpty(string name, NamedPair pair)
    {
        if (pair.IsEmpty(clock.GetUtcNow()))
        {
            _names.Remove(name);
        }
    }

    private void Settle()
    {
        if (_view is not null)
        {
            // The living ones' word counts; what the dead held is gone.
            var heard = _view.Holders.Select(silo => _announced.GetValueOrDefault(silo)).DefaultIfEmpty(Farewell).Min();
            var settled = _unsettled.FindLastIndex(view => view.Version <= heard);
            if (settled >= 0)
            {
                _settled = _unsettled[settled];
                _unsettled.RemoveRange(0, settled + 1);
            }
        }

        Pulse();
    }

    private void Pulse()
    {
        _changed?.TrySetResult();
        _changed = null;
    }
}
