using Orleans.Placement;
using Orleans.Runtime.Placement;
using OrleansSockets.Links;
using OrleansSockets.Wire;

namespace OrleansSockets.Pairs;

/// <inheritdoc cref="IPairGrain"/>
[Reentrant, PreferLocalPlacement, Immovable(ImmovableKind.Any)]
internal sealed class PairGrain(PairHub hub, SiloLinks links) : Grain, IPairGrain
{
    private Pair _pair = null!;
    private PairRelay _relay = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // Frames are no grain calls: without this, a busy pair would count as idle.
        DelayDeactivation(TimeSpan.MaxValue);
        var runtime = GrainContext;
        using (hub.Enter(new PairId(this.GetPrimaryKey()), out _pair))
        {
            _relay = hub.StartRelay(_pair, () => runtime.Scheduler.QueueAction(DeactivateOnIdle));
        }

        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        lock (_pair.Gate)
        {
            hub.StopRelay(_pair, _relay);
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
                return AttachReply.Failed(_relay.IsTaken(request.Side) ? AttachOutcome.AlreadyClaimed : adopted.Outcome);
            }

            moves = true;

            if (adopted.Other is { } other)
            {
                lock (_pair.Gate)
                {
                    _relay.AttachAdopted(other);
                }
            }
        }

        AttachReply reply;
        lock (_pair.Gate)
        {
            reply = _relay.Attach(request, moves);
        }

        CheckIdle();
        return reply;
    }

    public Task GiveUpAsync(int side, Guid secret)
    {
        lock (_pair.Gate)
        {
            _relay.GiveUp(side, secret);
        }

        CheckIdle();
        return Task.CompletedTask;
    }

    public Task WithdrawAsync(int side, Guid secret)
    {
        lock (_pair.Gate)
        {
            _relay.Withdraw(side, secret);
        }

        CheckIdle();
        return Task.CompletedTask;
    }

    public async Task<PairSnapshot> DescribeAsync()
    {
        HashSet<SiloAddress> hosts = [hub.Silo];
        lock (_pair.Gate)
        {
            for (var side = 0; side < 2; side++)
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

    private async Task<AdoptReply> AdoptAsync(SiloAddress home, AdoptRequest adopt)
    {
        if (home.Equals(hub.Silo))
        {
            return hub.Claims.Adopt(adopt);
        }

        try
        {
            return await hub.Detour.CallAsync(new AdoptCall(home, adopt));
        }
        catch (Exception e) when (PairHub.IsTransient(e) && hub.IsDead(home))
        {
            // The live object went with the silo that constructed the pair.
            return new AdoptReply(AttachOutcome.Gone);
        }
    }

    private async Task<PairHostSnapshot?> DescribeHostAsync(SiloAddress host)
    {
        try
        {
            return host.Equals(hub.Silo) ? hub.Describe(_pair.Id) : await links.Service(host).DescribeAsync(_pair.Id);
        }
        catch (Exception e) when (PairHub.IsTransient(e))
        {
            // A host that cannot be asked is left out; the others' view still helps.
            return null;
        }
    }

    // A call that attached nobody must not pin an activation.
    private void CheckIdle()
    {
        lock (_pair.Gate)
        {
            if (_relay.HasAttached)
            {
                return;
            }
        }

        DeactivateOnIdle();
    }
}
