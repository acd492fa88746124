using System.Text;
using System.Threading.Channels;
using OrleansSockets.AspNetCore.Sockets;
using OrleansSockets.Ends;
using OrleansSockets.Frames;
using OrleansSockets.Streams;
using OrleansSockets.Wire;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Sockets;

/// <summary>An end without a pair: what the socket tells it is a list, what the socket shall write is put into it.</summary>
internal sealed class FakeEnd : ISocketEnd
{
    private readonly TaskCompletionSource _peerGone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<string> _heard = Channel.CreateUnbounded<string>();
    private readonly Channel<long> _consumed = Channel.CreateUnbounded<long>();
    private readonly Queue<ReceivedItem> _items = new();
    private readonly List<byte> _message = [];
    private Action? _signal;
    private bool _hasRoom = true;
    private volatile bool _discards;
    private TaskCompletionSource _room = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task PeerGone => _peerGone.Task;

    /// <summary>The peer reads no more.</summary>
    public void LosePeer() => _peerGone.TrySetResult();

    /// <summary>Somebody is at the other end.</summary>
    public bool HasPeer { get; set; } = true;

    public PairGate Gate { get; } = new();

    public bool HasRoom => _hasRoom;

    public bool IsHeard { get; private set; }

    public bool Ping(ReadOnlySpan<byte> payload) => false;

    /// <summary>Ends when so many more items were consumed, which is a moment after the client has them.</summary>
    public async Task ConsumedAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await _consumed.Reader.ReadAsync(RawClient.Token).AsTask().WaitAsync(RawClient.Patience, TimeProvider.System, RawClient.Token);
        }
    }

    /// <summary>The next thing that the end heard: "text abc", "binary FF", "close 1000 x", "abort", "abort 1002 ...".</summary>
    public Task<string> HeardAsync() =>
        _heard.Reader.ReadAsync(RawClient.Token).AsTask().WaitAsync(RawClient.Patience, TimeProvider.System, RawClient.Token);

    public bool HasHeard => _heard.Reader.TryPeek(out _);

    public void Put(string text) => Put(PairFrameKind.Text, 0, Encoding.UTF8.GetBytes(text));

    public void PutClose(int? code, string reason = "") =>
        Put(PairFrameKind.Close, code ?? PairFrame.NoCode, Encoding.UTF8.GetBytes(reason));

    public void PutAbort() => Put(PairFrameKind.Abort, 0, []);

    public void Put(params ReceivedItem[] items)
    {
        using (Gate.Enter())
        {
            foreach (var item in items)
            {
                _items.Enqueue(item);
            }

            _signal?.Invoke();
        }
    }

    public void Put(PairFrameKind kind, int code, byte[] payload) => Put(Item(kind, code, payload));

    public static ReceivedItem Item(PairFrameKind kind, int code, byte[] payload) =>
        default(ReceivedItem) with { Kind = kind, Code = code, Payload = payload };

    public void SetRoom(bool hasRoom)
    {
        using (Gate.Enter())
        {
            _hasRoom = hasRoom;
            if (hasRoom)
            {
                _room.TrySetResult();
                _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    public void Listen(Action signal) => _signal = signal;

    public void TakeAll() => SetRoom(true);

    public void Discard()
    {
        _discards = true;
        SetRoom(true);
    }

    /// <summary>The peer has heard the last of the client.</summary>
    public void HearAll() => IsHeard = true;

    public bool EndInput()
    {
        Hear("end of input");
        return HasPeer;
    }

    public Task WaitForRoom()
    {
        using (Gate.Enter())
        {
            return _hasRoom ? Task.CompletedTask : _room.Task;
        }
    }

    public void Flush()
    {
        // Heard at once.
    }

    public void Send(bool isText, bool first, bool last, ReadOnlySpan<byte> part)
    {
        if (_discards)
        {
            return;
        }

        Assert.Equal(first, _message.Count == 0 || first);
        _message.AddRange(part);
        if (last)
        {
            byte[] payload = [.. _message];
            _message.Clear();
            var shown = payload.Length > 100
                ? $"{payload.Length}"
                : isText
                ? Encoding.UTF8.GetString(payload)
                : Convert.ToHexString(payload);
            Hear($"{(isText ? "text" : "binary")} {shown}");
        }
    }

    public void Close(int? code, string reason) => Hear($"close {code?.ToString() ?? "-"} {reason}".TrimEnd());

    public void Abort(FrameViolation? violation) => Hear($"abort {violation}".TrimEnd());

    /// <summary>The last line for the timeline.</summary>
    public string? LastNote { get; private set; }

    public void Note(string what, int? code = null) => LastNote = $"{what} {code}".TrimEnd();

    public bool TryTake(out ReceivedItem item) => _items.TryDequeue(out item);

    public void Consumed(in ReceivedItem item) => Assert.True(_consumed.Writer.TryWrite(item.LastSequence));

    private void Hear(string what) => Assert.True(_heard.Writer.TryWrite(what));
}
