using Orleans.Placement;
using Orleans.Runtime.Placement;
using OrleansSockets.Diagnostics;
using OrleansSockets.Ends;
using OrleansSockets.Links;
using OrleansSockets.Rules;
using OrleansSockets.Wire;

namespace OrleansSockets.Pairs;

/// <inheritdoc cref="IPairGrain"/>
[Reentrant, PreferLocalPlacement, Immovable(ImmovableKind.Any)]
internal sealed class PairGrain(PairHub hub, SiloPaths paths, SiloDetour detour) : Grain, IPairGrain, IDeferredWork
{
    private Pair _pair = null!;
    private PairRelay _relay = null!;
    private IWorkItemScheduler _scheduler = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // Frames are no grain calls: without this, a busy pair would count as idle.
        DelayDeactivation(TimeSpan.MaxValue);
        _scheduler = GrainContext.Scheduler;
        using (hub.Enter(new PairId(this.GetPrimaryKey()), out _pair))
        {
            _relay = _pair.StartRelay(() => PairGate.Afterwards(this));
        }

        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        using (_pair.Gate.Enter())
        {
            _pair.StopRelay(_relay);
        }

        return Task.CompletedTask;
    }

    public async Task<AttachReply> AttachAsync(AttachRequest request)
    {
        var moves = false;
        if (request.Ticket is { Home: { } home } ticket)
        {
            var adopt = new AdoptRequest(ticket, request.Secret, _relay.Epoch, hub.Silo);
            var adopted = await AdoptAsync(home, adopt);
            if (adopted.Outcome != AttachOutcome.Attached)
            {
                CheckIdle();
                return AttachReply.Failed(_relay.IsTaken((Side)request.Side) ? AttachOutcome.AlreadyClaimed : adopted.Outcome);
            }

            moves = true;

            if (adopted.Other is { } other)
            {
                using (_pair.Gate.Enter())
                {
                    _relay.AttachAdopted(other);
                }
            }
        }

        AttachReply reply;
        using (_pair.Gate.Enter())
        {
            reply = _relay.Attach(request, moves);
        }

        CheckIdle();
        return reply;
    }

    public Task GiveUpAsync(int side, Guid secret)
    {
        using (_pair.Gate.Enter())
        {
            _relay.GiveUp((Side)side, secret);
        }

        CheckIdle();
        return Task.CompletedTask;
    }

    public Task WithdrawAsync(int side, Guid secret)
    {
        using (_pair.Gate.Enter())
        {
            _relay.Withdraw((Side)side, secret);
        }

        CheckIdle();
        return Task.CompletedTask;
    }

    public async Task<PairSnapshot> DescribeAsync()
    {
        HashSet<SiloAddress> hosts = [hub.Silo];
        using (_pair.Gate.Enter())
        {
            foreach (var side in Sides.Both)
            {
                if (_relay.Host(side) is { } host)
                {
                    hosts.Add(host);
                }
            }
        }

        CheckIdle();
        var snapshots = await Task.WhenAll(hosts.Select(DescribeHostAsync));
        CheckIdle();
        return new PairSnapshot(_pair.Id, hub.Silo, _relay.Epoch, [.. snapshots.OfType<PairHostSnapshot>()]);
    }

    public Task MoveAsync(SiloAddress? target)
    {
        if (target is not null)
        {
            RequestContext.Set(IPlacementDirector.PlacementHintKey, target);
        }

        MigrateOnIdle();
        CheckIdle();
        return Task.CompletedTask;
    }

    /// <summary>The relay has finished.</summary>
    void IDeferredWork.Run()
    {
        LockOrder.CheckIsFree();
        _scheduler.QueueAction(DeactivateOnIdle);
    }

    private async Task<AdoptReply> AdoptAsync(SiloAddress home, AdoptRequest adopt)
    {
        try
        {
            return await detour.CallAsync(new AdoptCall(home, adopt));
        }
        catch (Exception e) when (CallFaults.MeansUnreached(e) && hub.IsDead(home))
        {
            // The live object went with the silo that constructed the pair.
            return new AdoptReply(AttachOutcome.Gone);
        }
    }

    private async Task<PairHostSnapshot?> DescribeHostAsync(SiloAddress host)
    {
        try
        {
            return await paths.Service(host).DescribeAsync(_pair.Id);
        }
        catch (Exception e) when (CallFaults.MeansUnreached(e))
        {
            // A host that cannot be asked is left out; the others' view still helps.
            return null;
        }
    }

    // A call that attached nobody must not pin an activation.
    private void CheckIdle()
    {
        using (_pair.Gate.Enter())
        {
            if (_relay.HasAttached)
            {
                return;
            }
        }

        DeactivateOnIdle();
    }
}
