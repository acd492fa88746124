namespace OrleansSockets.Compatibility;

/// <summary>A behaviour that changed over time, with its flags and the date from which it is the default (null: never).</summary>
internal sealed record CompatibilityFeature(
    string Name, string EnableFlag, string? DisableFlag, CompatibilityDate? DefaultFrom, bool Experimental = false)
{
    /// <summary>False: its flags are known, so that a Worker's settings can be taken over as they are; here it changes nothing.</summary>
    private bool HasEffect { get; init; } = true;

    public static CompatibilityFeature AutoReplyToClose { get; } = new(
        "auto-reply to Close", "web_socket_auto_reply_to_close", "web_socket_manual_reply_to_close", new(2026, 4, 7));

    public static CompatibilityFeature BinaryAsBlob { get; } = new(
        "binary type blob", "websocket_standard_binary_type", "no_websocket_standard_binary_type", new(2026, 3, 17));

    public static CompatibilityFeature LimitCloseReason { get; } = new(
        "close reason limit", "websocket_close_reason_byte_limit", "no_websocket_close_reason_byte_limit", new(2026, 3, 3));

    public static CompatibilityFeature PermessageDeflate { get; } = new(
        "permessage-deflate", "web_socket_compression", "no_web_socket_compression", new(2023, 8, 15));

    public static CompatibilityFeature LargeMessages { get; } = new(
        "128 MiB messages", "increase_websocket_message_size", null, null, Experimental: true);

    public static CompatibilityFeature PedanticCloseCodes { get; } = new(
        "strict close codes", "pedantic_wpt", "non_pedantic_wpt", null);

    public static CompatibilityFeature ReportListenerExceptions { get; } = new(
        "exceptions of listeners are reported", "spec_compliant_dispatch_exceptions", "no_spec_compliant_dispatch_exceptions",
        new(2026, 9, 15));

    /// <summary>Not to be seen in a Worker either: pending work keeps an object on both sides of the date.</summary>
    public static CompatibilityFeature IoTasksPreventEviction { get; } = new(
        "pending I/O prevents eviction",
        "durable_object_io_tasks_prevent_eviction",
        "durable_object_io_tasks_do_not_prevent_eviction",
        new(2026, 10, 1)) { HasEffect = false };

    /// <summary>Has no counterpart outside JavaScript.</summary>
    public static CompatibilityFeature PropertiesOnPrototype { get; } = new(
        "properties on the prototype",
        "workers_api_getters_setters_on_prototype",
        "workers_api_getters_setters_on_instance",
        new(2022, 1, 31)) { HasEffect = false };

    public static IReadOnlyList<CompatibilityFeature> All { get; } =
    [
        AutoReplyToClose, BinaryAsBlob, LimitCloseReason, PermessageDeflate, LargeMessages, PedanticCloseCodes,
        ReportListenerExceptions, IoTasksPreventEviction, PropertiesOnPrototype,
    ];

    /// <summary>Flags win over the date, which only picks the default.</summary>
    public FeatureDecision Decide(CompatibilityDate date, IReadOnlySet<string> flags)
    {
        var decision = DecideOnly(date, flags);
        return HasEffect ? decision : decision with { Reason = decision.Reason + "; it has no effect here" };
    }

    private FeatureDecision DecideOnly(CompatibilityDate date, IReadOnlySet<string> flags)
    {
        if (flags.Contains(EnableFlag))
        {
            return new(Name, true, $"on, because the flag {EnableFlag} is given");
        }

        if (DisableFlag is not null && flags.Contains(DisableFlag))
        {
            return new(Name, false, $"off, because the flag {DisableFlag} is given");
        }

        return DefaultFrom switch
        {
            null => new(Name, false, $"off, because no date turns it on and the flag {EnableFlag} is not given"),
            { } from when date >= from => new(Name, true, $"on, because the date {date} is on or after {from}"),
            { } from => new(Name, false, $"off, because the date {date} is before {from}"),
        };
    }
}
