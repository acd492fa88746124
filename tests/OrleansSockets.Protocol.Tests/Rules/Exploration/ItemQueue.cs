using Xunit;

namespace OrleansSockets.Protocol.Tests.Rules.Exploration;

/// <summary>What travels in a stream.</summary>
internal enum Item : byte
{
    None,
    Message,
    Close,

    /// <summary>The sender is gone without a Close: the receiver gets a drop.</summary>
    Drop,

    /// <summary>The sender's socket broke the protocol: the receiver fails.</summary>
    Fault,
}

/// <summary>A short queue as a value: four bits an item, the head in the lowest.</summary>
internal readonly record struct ItemQueue(ulong Bits)
{
    public bool IsEmpty => Bits == 0;

    public Item Head => (Item)(Bits & 15);

    public ItemQueue Tail => new(Bits >> 4);

    public ItemQueue Add(Item item)
    {
        var length = (67 - System.Numerics.BitOperations.LeadingZeroCount(Bits)) / 4;
        Assert.True(length < 16, "A queue of the model overflows.");
        return new(Bits | ((ulong)item << (4 * length)));
    }

    public bool Contains(Item item) => !IsEmpty && (Head == item || Tail.Contains(item));

    public override string ToString() => IsEmpty ? "-" : $"{Head} {Tail}";
}
