using OrleansSockets.Deployments;
using OrleansSockets.Diagnostics;
using OrleansSockets.Pairs;

namespace OrleansSockets.Contexts;

/// <summary>A context on the thread pool: one turn at a time, in order. Code that awaits inside a turn goes on in a turn.</summary>
internal sealed class TurnQueueContext : WebSocketContext, IThreadPoolWorkItem
{
    /// <summary>A busy context gives the thread back after this many turns.</summary>
    private const int TurnsPerRun = 64;

    private readonly OrderedLock _gate = new(LockRank.Queue);
    private readonly Queue<Action> _turns = new();
    private readonly TurnSynchronizationContext _synchronization;
    private bool _running;

    public TurnQueueContext(PairHub hub, EndSettings settings)
        : base(hub, settings) => _synchronization = new TurnSynchronizationContext(this);

    internal override void Post(Action turn)
    {
        Work.Begin();
        using (_gate.Enter())
        {
            _turns.Enqueue(turn);
            if (_running)
            {
                return;
            }

            _running = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_synchronization);
        try
        {
            for (var i = 0; i < TurnsPerRun; i++)
            {
                Action turn;
                using (_gate.Enter())
                {
                    if (!_turns.TryDequeue(out turn!))
                    {
                        _running = false;
                        return;
                    }
                }

                RunTurn(turn);
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private sealed class TurnSynchronizationContext(TurnQueueContext context) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => context.Post(() => d(state));

        public override void Send(SendOrPostCallback d, object? state) =>
            throw new NotSupportedException("A turn cannot wait for another turn of its context.");

        public override SynchronizationContext CreateCopy() => this;
    }
}
