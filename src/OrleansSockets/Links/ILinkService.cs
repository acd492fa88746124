using Orleans.Services;
using OrleansSockets.Pairs;

namespace OrleansSockets.Links;

/// <summary>What one silo asks another: take these frames, adopt that pair, attach this end.</summary>
[Alias("OrleansSockets.ILinkService")]
internal interface ILinkService : IGrainService
{
    /// <summary>Takes a batch; returns when it and all before it were handed to their pairs, or when it is held back for an earlier one.</summary>
    [Alias("Receive"), ResponseTimeout("00:00:10")]
    Task ReceiveAsync(LinkBatch batch);

    /// <summary>Asks the silo that constructed a pair to hand over a released end, and to attach its own.</summary>
    [Alias("Adopt"), ResponseTimeout("00:00:05")]
    Task<AdoptReply> AdoptAsync(AdoptRequest request);

    /// <summary>Attaches to the relay on this silo, if it is here.</summary>
    [Alias("Attach"), ResponseTimeout("00:00:05")]
    Task<AttachReply> AttachAsync(AttachRequest request);

    /// <summary>What this silo knows of a pair.</summary>
    [Alias("Describe"), ResponseTimeout("00:00:05")]
    Task<PairHostSnapshot?> DescribeAsync(PairId pair);
}
