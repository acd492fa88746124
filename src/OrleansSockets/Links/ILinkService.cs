using Orleans.Services;
using OrleansSockets.Wire;

namespace OrleansSockets.Links;

/// <summary>What one silo asks another: take these frames, adopt that pair, attach this end.</summary>
[Alias("OrleansSockets.ILinkService")]
internal interface ILinkService : IGrainService
{
    /// <summary>A silo that opens its link to this one says which wire versions it speaks, and hears which this one does.</summary>
    [Alias("Hello"), ResponseTimeout("00:00:05")]
    Task<WireRange> HelloAsync(WireRange spoken);

    /// <summary>
    /// Takes a batch; returns when it and all before it were handed to their pairs, or when it is held back for an earlier one.
    /// </summary>
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

    /// <summary>Answers: the silo is reached.</summary>
    [Alias("Ping"), ResponseTimeout("00:00:05")]
    Task PingAsync();

    /// <summary>Whether another silo answers this one. Never takes a detour itself.</summary>
    [Alias("Reaches"), ResponseTimeout("00:00:10")]
    Task<bool> ReachesAsync(SiloAddress to);

    /// <summary>Hands a batch on to a silo that its sender does not reach. False: this one does not, either.</summary>
    [Alias("Forward"), ResponseTimeout("00:00:10")]
    Task<bool> ForwardAsync(SiloAddress to, LinkBatch batch);

    /// <summary>Makes a call for a silo that does not reach its target.</summary>
    [Alias("Run"), ResponseTimeout("00:00:15")]
    Task<T> RunAsync<T>(DetouredCall<T> call);
}
