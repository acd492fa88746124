using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Serialization;
using OrleansSockets.Diagnostics;
using OrleansSockets.Streams;

namespace OrleansSockets.Ends;

/// <summary>What the ends that live on a silo use of it.</summary>
internal sealed class EndHost(
    IOptions<OrleansSocketsOptions> options, PairMetrics metrics, GuardedTimers timers, Serializer serializer,
    ILogger<WebSocketContext> contextLogger)
{
    public OrleansSocketsOptions Options { get; } = options.Value;

    /// <summary>Of timeouts; a test may hold it still. Repeats go by another clock, as Orleans does.</summary>
    public TimeProvider Clock => Options.TimeProvider;

    public GuardedTimers Timers { get; } = timers;

    public PairMetrics Metrics { get; } = metrics;

    public SocketAttachments Attachments { get; } = new(serializer);

    /// <summary>What all ends together may hold.</summary>
    public PairBudget Budget { get; } = new(options.Value);

    public WorkCounter Work { get; } = new();

    /// <summary>For what goes wrong in contexts: an application's listeners, most of all.</summary>
    public ILogger ContextLogger { get; } = contextLogger;

    /// <summary>Set once, by it.</summary>
    public IEndCustody Custody { get; set; } = null!;
}
