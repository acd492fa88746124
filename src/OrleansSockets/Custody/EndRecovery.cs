using Microsoft.Extensions.Logging;
using OrleansSockets.Ends;
using OrleansSockets.Pairs;
using OrleansSockets.Rules;
using OrleansSockets.Wire;

namespace OrleansSockets.Custody;

/// <summary>
/// How the ends of this silo stay attached to their pair grain: again when its activation goes, and all ends of a pair to the same
/// activation when there are two.
/// </summary>
internal sealed partial class EndRecovery(PairHub hub, PairGrainCalls calls, TimeProvider pace, ILogger<EndRecovery> logger)
{
    // Paces, not limits: ReattachTimeout says how long it goes on.
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(1);

    // The peer attaches again within much less, if it does at all.
    private static readonly TimeSpan UnpairedRetry = TimeSpan.FromSeconds(1);

    /// <summary>To the relay on this silo.</summary>
    public AttachReply AttachHere(AttachRequest request)
    {
        if (hub.Find(request.Pair) is { } pair)
        {
            using (pair.Gate.Enter())
            {
                if (pair.Relay is { } relay)
                {
                    return relay.Attach(request, moves: false);
                }
            }
        }

        return AttachReply.Failed(AttachOutcome.NotHere);
    }

    /// <inheritdoc cref="IEndCustody.Reattach"/>
    public void Reattach(End end, SiloAddress? owner)
    {
        var timeout = hub.Host.Options.ReattachTimeout;
        var limit = new CancellationTokenSource(timeout > TimeSpan.Zero ? timeout : Timeout.InfiniteTimeSpan, hub.Host.Clock);
        _ = Task.Run(() => ReattachAsync(end, owner, limit));
    }

    /// <inheritdoc cref="IEndCustody.LocateLater"/>
    // Perhaps the two ends are attached to different activations.
    public void LocateLater(End end)
    {
        var (epoch, version) = (end.Epoch, end.PeerVersion);
        _ = Task.Run(async () =>
        {
            await Task.Delay(UnpairedRetry, pace).ConfigureAwait(false);
            using (end.Pair.Gate.Enter())
            {
                if (end.IsHere && end.Epoch == epoch && end.PeerVersion == version)
                {
                    end.Reattach(epoch);
                }
            }
        });
    }

    private async Task ReattachAsync(End end, SiloAddress? owner, CancellationTokenSource limit)
    {
        using (limit)
        {
            try
            {
                await ReattachAsync(end, owner, limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                LogReattachTimedOut(logger, end.Pair.Id, end.Side, hub.Host.Options.ReattachTimeout);
                Lose(end, $"no pair grain within ReattachTimeout ({hub.Host.Options.ReattachTimeout})");
            }
        }
    }

    private async Task ReattachAsync(End end, SiloAddress? owner, CancellationToken limit)
    {
        for (var delay = FirstRetry; ; delay = delay + delay < LastRetry ? delay + delay : LastRetry)
        {
            AttachRequest request;
            using (end.Pair.Gate.Enter())
            {
                if (!end.IsHere || end.Route != EndRoute.Attaching)
                {
                    return;
                }

                request = end.Request(hub.Silo);
            }

            var attach = TryAttachAsync(request, owner);
            AttachReply? reply;
            try
            {
                reply = await attach.WaitAsync(limit).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The call goes on; if it attaches the end after all, the peer must not take it for a living one.
                _ = calls.WithdrawAsync(end, attach);
                throw;
            }

            switch (reply?.Outcome)
            {
                case AttachOutcome.Attached when IsCurrent(end, reply):
                    return;
                case AttachOutcome.AlreadyClaimed or AttachOutcome.Gone:
                    Lose(end, $"attach refused: {reply.Outcome}");
                    return;
                default:
                    owner = null;
                    await Task.Delay(delay, pace, limit).ConfigureAwait(false);
                    break;
            }
        }
    }

    private static bool IsCurrent(End end, AttachReply reply)
    {
        using (end.Pair.Gate.Enter())
        {
            if (reply.Epoch < end.Epoch)
            {
                return end.Route == EndRoute.Attached;
            }

            end.Attach(reply);
            return true;
        }
    }

    private async Task<AttachReply?> TryAttachAsync(AttachRequest request, SiloAddress? owner)
    {
        try
        {
            return await (owner is null ? calls.AttachAsync(null, request) : calls.AttachAtAsync(owner, request)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Whatever it is, a directory's own exceptions included: ReattachTimeout says how long it may go on.
            LogAttachFailed(logger, e, request.Pair, (Side)request.Side);
            return null;
        }
    }

    private static void Lose(End end, string why)
    {
        using (end.Pair.Gate.Enter())
        {
            end.Lose(why);
        }
    }

    [LoggerMessage(101, LogLevel.Information, "End {Side:D} of pair {Pair} could not attach and tries again")]
    private static partial void LogAttachFailed(ILogger logger, Exception exception, PairId pair, Side side);

    [LoggerMessage(102, LogLevel.Warning, "End {Side:D} of pair {Pair} found no pair grain within {Timeout}; its peer counts as lost")]
    private static partial void LogReattachTimedOut(ILogger logger, PairId pair, Side side, TimeSpan timeout);
}
