using Microsoft.Extensions.Logging;
using OrleansSockets.Diagnostics;
using OrleansSockets.Ends;
using OrleansSockets.Links;
using OrleansSockets.Pairs;
using OrleansSockets.Rules;
using OrleansSockets.Wire;

namespace OrleansSockets.Custody;

/// <summary>What this silo says to pair grains, wherever they are. An answer that is lost is asked for again.</summary>
internal sealed partial class PairGrainCalls(PairHub hub, SiloDetour detour, TimeProvider pace, ILogger<PairGrainCalls> logger)
{
    // A pair grain that cannot be reached for so many seconds has lost the peer, too.
    private const int MostAttempts = 30;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan NextActivationDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>An end attaches for the first time. An activation that ends meanwhile sends it on to the next one.</summary>
    public async Task<AttachReply> ClaimAsync(SiloAddress? placement, AttachRequest request)
    {
        for (var attempt = 1; ; attempt++)
        {
            var reply = await AttachAsync(placement, request).ConfigureAwait(false);
            if (reply.Outcome != AttachOutcome.NotHere || attempt == MostAttempts)
            {
                return reply;
            }

            await Task.Delay(NextActivationDelay, pace).ConfigureAwait(false);
        }
    }

    /// <summary>An end attaches to its pair grain, wherever that is.</summary>
    public Task<AttachReply> AttachAsync(SiloAddress? placement, AttachRequest request) =>
        detour.CallAsync(new AttachCall(request.Pair, placement, request), late => _ = WithdrawLateAsync(late, request));

    /// <summary>An end attaches to the pair grain on a silo, if it is there.</summary>
    public Task<AttachReply> AttachAtAsync(SiloAddress owner, AttachRequest request) =>
        detour.CallAsync(new AttachAtCall(owner, request));

    /// <summary>An end is no more. Its attach may have reached the pair grain all the same: its peer must not wait for it.</summary>
    /// <param name="end">The end.</param>
    /// <param name="attach">Its attach, which may be under way.</param>
    public async Task WithdrawAsync(End end, Task attach)
    {
        await attach.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await TellAsync(new WithdrawCall(end.Pair.Id, (int)end.Side, end.Secret)).ConfigureAwait(false);
    }

    /// <inheritdoc cref="WithdrawAsync(End, Task)"/>
    public Task WithdrawAsync(PairId pair, Side side, Guid secret) => TellAsync(new WithdrawCall(pair, (int)side, secret));

    /// <summary>A released end was not claimed in time.</summary>
    public Task GiveUpAsync(PairId pair, Side side, Guid secret) => TellAsync(new GiveUpCall(pair, (int)side, secret));

    // The request was made again through another silo, and came twice. If the end is no more by now, the pair grain must not take it for a
    // living one.
    private async Task WithdrawLateAsync(Task<AttachReply> late, AttachRequest request)
    {
        await ((Task)late).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (late.IsCompletedSuccessfully && late.Result.Outcome == AttachOutcome.Attached && !IsHere(request))
        {
            await TellAsync(new WithdrawCall(request.Pair, request.Side, request.Secret)).ConfigureAwait(false);
        }
    }

    private bool IsHere(AttachRequest request)
    {
        if (hub.Find(request.Pair) is not { } pair)
        {
            return false;
        }

        using (pair.Gate.Enter())
        {
            return pair[(Side)request.Side] is { } end && end.Secret == request.Secret;
        }
    }

    // Until the pair grain knows, for else the peer hears nothing.
    private async Task TellAsync(TellCall call)
    {
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            try
            {
                await detour.CallAsync(call).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (CallFaults.MeansUnreached(e))
            {
                LogNotTold(logger, e, call.Pair, call.Side, attempt);
                await Task.Delay(RetryDelay, pace).ConfigureAwait(false);
            }
        }
    }

    [LoggerMessage(103, LogLevel.Information,
        "The pair grain of {Pair} could not be told that end {Side} will not come (attempt {Attempt})")]
    private static partial void LogNotTold(ILogger logger, Exception exception, PairId pair, int side, int attempt);
}
