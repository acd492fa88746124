using OrleansSockets.Compatibility;
using OrleansSockets.Wire;

namespace OrleansSockets;

/// <summary>Start-up options of a silo. Checked when the silo starts; a bad value stops it with a sentence.</summary>
public sealed class OrleansSocketsOptions
{
    /// <summary>The deployment whose settings new ends take, if nothing else names one. Default: <c>default</c>.</summary>
    public string Deployment { get; set; } = "default";

    /// <summary>
    /// The compatibility settings of each deployment, by name. A deployment that is missing here is unknown, and requests that name it
    /// fail. <c>default</c> is there with compatibility date 2026-04-07.
    /// </summary>
    public IDictionary<string, CompatibilitySettings> Deployments { get; } =
        new Dictionary<string, CompatibilitySettings>(StringComparer.Ordinal)
    {
        ["default"] = new(CompatibilityRules.DefaultDate, []),
    };

    /// <summary>How long a ticket is good. Then that end is given up and the other one sees 1006. Default 30 s; 0: for ever.</summary>
    public TimeSpan ClaimTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long an end of a claimed pair may stay unaccepted. Then it is aborted and the other one sees 1006. Default 5 min; 0: for ever.
    /// </summary>
    public TimeSpan AcceptTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long an end looks for a lost pair grain, and how long its node may be reached neither directly nor through another one. Then
    /// both ends see 1006. Default 30 s; 0: for ever.
    /// </summary>
    public TimeSpan ReattachTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a message may stay unfinished while its receiver waits for nothing but the sender, such as a client that never sends the
    /// last fragment. Then both ends of its pair are closed with 1013. Default 5 min; 0: for ever.
    /// </summary>
    public TimeSpan UnfinishedMessageTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// <c>Send</c> throws while so much is queued and not yet under way, in bytes per end. One message may exceed it. Default 64 MiB, at
    /// least 1: it is there to save the node from one end; <see cref="MaxBufferedBytes"/> bounds the sum.
    /// </summary>
    public int SendBufferSize { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// When no call to another silo was answered for so long, the link to it counts as down: its connections are opened anew, and its
    /// messages and calls go through a third silo that reaches both, until it answers again. A silo that is merely stopped for longer loses
    /// connections, and no message. A silo that shuts down waits for half of it at most until its last frames are taken, and as long
    /// until the others know that it holds no name any more. Default 5 s; from 1 s to 60 s, below <see cref="ReattachTimeout"/>.
    /// </summary>
    public TimeSpan LinkTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A session of which nothing is under way for so long falls asleep: it leaves memory, and its hibernatable sockets stay. Default 10 s,
    /// as on Cloudflare; zero: as long as it has sockets, it stays awake.
    /// </summary>
    public TimeSpan HibernateAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// So long a session that wakes waits for a node that does not say whether it has sockets of it. Default 2 s; above zero.
    /// </summary>
    public TimeSpan WakeTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long the name of a pair rests when one of two clients that had met has ended the pair: who joins it then gets 410 and hears how
    /// long it still is, so that one who comes late does not wait for a partner that has left. The silo that keeps the name decides: set it
    /// alike on all. Default 60 s; from 0 (a name is free at once) to 1 h, for each name that rests takes memory.
    /// </summary>
    public TimeSpan PairNameCooldown { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Bytes that may be under way in one direction of a pair at first. Default 64 KiB; from 48 KiB to <see cref="MaxWindow"/>.
    /// </summary>
    public int InitialWindow { get; set; } = 64 * 1024;

    /// <summary>
    /// Bytes that may be under way in one direction once its receiver has shown to keep up. Default 256 KiB, at most 16 MiB.
    /// </summary>
    public int MaxWindow { get; set; } = 256 * 1024;

    /// <summary>
    /// What all ends of this silo together may hold, in bytes: what they have sent and their peers have not consumed, and what they have
    /// received and not consumed, unfinished messages included. First come, first served; the first 64 KiB of each direction of an end are
    /// not counted, and a broadcast counts once. When it is met, <c>Send</c> throws <c>BufferFull</c>,
    /// <c>SendAsync</c> waits, windows shrink to 48 KiB, and unfinished messages get no further credit; if that lasts, the largest of them
    /// are closed with 1013. What is held may be more only by what the windows that were granted before let in, up to
    /// <see cref="MaxWindow"/> and 64 KiB for each end that sends and as much for each that receives, and by a message that is larger than
    /// all of it, which passes alone. Default 256 MiB; at least 1 MiB.
    /// </summary>
    public long MaxBufferedBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>
    /// Hears of every exception that a listener of this silo threw (with compatibility date 2026-09-15 or later) and of every failed task
    /// of an asynchronous one, in the turn of the end's
    /// context; it should not wait. All of them are logged as well, whatever the date. Default: nobody. For one context, see
    /// <see cref="WebSocketContext.OnUnhandledListenerException"/>.
    /// </summary>
    public Action<UnhandledListenerExceptionEvent>? UnhandledListenerException { get; set; }

    /// <summary>The wire versions that this silo speaks. A test may have it speak those of another release.</summary>
    internal WireRange Wire { get; set; } = WireRange.Spoken;

    /// <summary>
    /// The clock of the timeouts above, and of what a pair's timeline says. Default: the system's. A test may give a fake one: Orleans' own
    /// clocks, and the pace of repeats between silos, stay real.
    /// </summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
