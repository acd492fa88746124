using OrleansSockets.Rules;

namespace OrleansSockets;

/// <content>How messages are queued.</content>
public sealed partial class WebSocketEnd
{
    private void Send(bool isText, ReadOnlyMemory<byte> bytes)
    {
        ThrowIfTimedOut();
        using (_pair.Gate.Enter())
        {
            var step = EndMachine.Send(_end.State);
            ThrowIfRefused(step);
            if (step.Effect != EndEffect.Queue)
            {
                return;
            }

            switch (TryQueueLocked(isText, bytes))
            {
                case QueueOutcome.EndFull:
                    throw new WebSocketPairException(
                        WebSocketPairErrorKind.BufferFull,
                        $"{_end.Out.QueuedBytes} bytes wait already, not below SendBufferSize ({_end.RoomLimit}): the peer does not keep "
                            + $"up. SendAsync waits for room.");
                case QueueOutcome.SiloFull:
                    _pair.Host.Metrics.BudgetMet("refused");
                    throw new WebSocketPairException(
                        WebSocketPairErrorKind.BufferFull,
                        $"No room for {bytes.Length} bytes: {_pair.Host.Budget.Explanation}. SendAsync waits for room.");
            }
        }
    }

    private QueueOutcome TryQueueLocked(bool isText, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > MaxMessageSize)
        {
            throw WebSocketPairException.MessageTooLarge(bytes.Length, MaxMessageSize);
        }

        if (_end.Out.QueuedBytes >= _end.RoomLimit)
        {
            return QueueOutcome.EndFull;
        }

        return _end.SendMessage(isText, bytes) ? QueueOutcome.Queued : QueueOutcome.SiloFull;
    }

    private async Task SendAsync(bool isText, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ThrowIfTimedOut();
            Task room;
            using (_pair.Gate.Enter())
            {
                if (_end.Out.QueuedBytes >= _end.RoomLimit && !_end.Out.IsFinished)
                {
                    room = _end.WaitForRoom();
                }
                else
                {
                    var step = EndMachine.Send(_end.State);
                    ThrowIfRefused(step);
                    if (step.Effect != EndEffect.Queue || TryQueueLocked(isText, bytes) == QueueOutcome.Queued)
                    {
                        return;
                    }

                    room = _pair.Host.Budget.WaitForRoom();
                }
            }

            await room.WaitAsync(cancellationToken);
        }
    }

    private enum QueueOutcome
    {
        Queued,

        /// <summary>The end's send buffer is full.</summary>
        EndFull,

        /// <summary>The silo's budget is met.</summary>
        SiloFull,
    }
}
