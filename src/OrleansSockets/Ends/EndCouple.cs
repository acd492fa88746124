using OrleansSockets.Rules;

namespace OrleansSockets.Ends;

/// <summary>
/// Performs what <see cref="CloseRelay"/> says for two joined ends. Messages pass one at a time per direction, so a slow side holds up the
/// other.
/// </summary>
internal sealed class EndCouple
{
    private const int MaxUnderWay = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly WebSocketEnd[] _legs;
    private readonly CoupleOptions _options;
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CloseRelayState _state = CloseRelayState.Initial;
    private ITimer? _timer;

    private EndCouple(WebSocketEnd a, WebSocketEnd b, CoupleOptions options)
    {
        _legs = [a, b];
        _options = options;
    }

    public static Task Join(WebSocketEnd a, WebSocketEnd b, CoupleOptions options)
    {
        if (a.Core.Pair == b.Core.Pair)
        {
            throw new WebSocketPairException(
                WebSocketPairErrorKind.InvalidArgument, "The two ends of one pair are joined already; Couple joins ends of two pairs.");
        }

        if (!CloseCode.MayBeSent(options.LostCode, pedantic: false))
        {
            throw new WebSocketPairException(
                WebSocketPairErrorKind.InvalidCode, $"CoupleOptions.LostCode is {options.LostCode}, which may not be sent in a Close.");
        }

        if (!a.IsPending || !b.IsPending)
        {
            throw new WebSocketPairException(
                WebSocketPairErrorKind.InvalidArgument, "Couple joins ends that were neither accepted nor given away.");
        }

        var couple = new EndCouple(a, b, options);
        couple.Listen(0);
        couple.Listen(1);
        return couple._finished.Task;
    }

    private void Listen(int leg)
    {
        var (end, other) = (_legs[leg], _legs[1 - leg]);

        // What passes waits at its source, not here.
        using (end.Core.Pair.Gate.Enter())
        {
            end.Core.LimitRoom(MaxUnderWay);
        }

        end.OnMessage(e => RelayAsync(leg, other, e.Data));
        end.OnClose(e => Perform(state => e.WasClean
            ? CloseRelay.Closed(state, leg, e.Code, e.Reason, _options.LostCode)
            : CloseRelay.Dropped(state, leg, _options.LostCode)));
        end.OnError(_ => Perform(state => CloseRelay.Dropped(state, leg, _options.LostCode)));
        end.Accept(new AcceptOptions { AllowHalfOpen = true });
    }

    private async Task RelayAsync(int leg, WebSocketEnd to, WebSocketMessage message)
    {
        try
        {
            await to.SendAsync(message, CancellationToken.None);
        }
        catch (WebSocketPairException e) when (e.Kind == WebSocketPairErrorKind.SendAfterClose)
        {
            // That leg was closed because this one did not answer in time: what it says now comes too late.
        }
        catch
        {
            // A message that cannot pass must not be missing in the middle of the stream: this leg ends here, as if it had dropped.
            Perform(state => CloseRelay.Dropped(state, leg, _options.LostCode));
            _legs[leg].Abort();
            throw;
        }
    }

    private void Perform(Func<CloseRelayState, CloseRelayStep> rule)
    {
        CloseRelayStep step;
        lock (_gate)
        {
            step = rule(_state);
            _state = step.State;
            Close(0, step.ToA);
            Close(1, step.ToB);
            if (step.Effects.HasFlag(CloseRelayEffects.StartTimer) && _options.CloseTimeout > TimeSpan.Zero)
            {
                _timer ??= _legs[0].Core.Pair.StartTimer(
                    "a couple's CloseTimeout",
                    _options.CloseTimeout,
                    () => Perform(state => CloseRelay.TimedOut(state, _options.LostCode)));
            }
        }

        if (step.Effects.HasFlag(CloseRelayEffects.AbortA))
        {
            _legs[0].Abort();
        }

        if (step.Effects.HasFlag(CloseRelayEffects.AbortB))
        {
            _legs[1].Abort();
        }

        if (step.Effects.HasFlag(CloseRelayEffects.Finish))
        {
            _timer?.Dispose();
            _finished.TrySetResult();
        }
    }

    private void Close(int leg, RelayedClose? close)
    {
        if (close is { } told)
        {
            _legs[leg].ForceClose(told.Code, told.Reason);
        }
    }
}
