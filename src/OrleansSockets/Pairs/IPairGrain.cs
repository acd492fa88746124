using OrleansSockets.Wire;

namespace OrleansSockets.Pairs;

/// <summary>The owner of one pair: who is attached, and what has become of both streams. Messages never pass through its calls.</summary>
[Alias("OrleansSockets.IPairGrain")]
internal interface IPairGrain : IGrainWithGuidKey
{
    [Alias("Attach"), ResponseTimeout("00:00:10")]
    Task<AttachReply> AttachAsync(AttachRequest request);

    /// <summary>
    /// Nobody will come to that side any more. <paramref name="secret"/>: the last end that was attached there, empty if none was.
    /// </summary>
    [Alias("GiveUp"), ResponseTimeout("00:00:10")]
    Task GiveUpAsync(int side, Guid secret);

    /// <summary>The end that claimed that side is no more.</summary>
    [Alias("Withdraw"), ResponseTimeout("00:00:10")]
    Task WithdrawAsync(int side, Guid secret);

    [Alias("Describe"), ResponseTimeout("00:00:10")]
    Task<PairSnapshot> DescribeAsync();

    /// <summary>Moves the activation; the ends attach again and lose nothing.</summary>
    [Alias("Move"), ResponseTimeout("00:00:10")]
    Task MoveAsync(SiloAddress? target);
}
