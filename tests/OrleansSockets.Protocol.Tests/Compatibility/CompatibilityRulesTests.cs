using OrleansSockets.Compatibility;
using OrleansSockets.Rules;
using Xunit;
using static OrleansSockets.Compatibility.CompatibilityProblemKind;

namespace OrleansSockets.Protocol.Tests.Compatibility;

public sealed class CompatibilityRulesTests
{
    private const string AutoReply = "web_socket_auto_reply_to_close";
    private const string ManualReply = "web_socket_manual_reply_to_close";

    private const string Dispatch = "spec_compliant_dispatch_exceptions";
    private const string NoDispatch = "no_spec_compliant_dispatch_exceptions";
    private const string IoTasks = "durable_object_io_tasks_prevent_eviction";
    private const string NoIoTasks = "durable_object_io_tasks_do_not_prevent_eviction";

    private static readonly DateOnly Today = new(2026, 11, 24);

    private static readonly RowCase[] Cases =
    [
        Problems("C-1", null, [], (MissingDate, "Worker must specify compatibilityDate.")),
        Problems("C-1", null, ["x", AutoReply, ManualReply], (MissingDate, "Worker must specify compatibilityDate.")),
        .. from text in new[]
           {
               "", "2026/04/07", "2026-13-01", "2026-00-10", "2026-04-00", "2026-04-32", "1999-12-31", "3000-01-01", "20260407",
               "2026-4-07",
               "2026-04-7", "26-04-07", "2026-04-07 ", " 026-04-07", "+026-04-07", "2026-0a-07", "２026-04-07", "2026-04-071",
               "2026-04+07", "today",
           }
           select Problems("C-2", text, [], (InvalidDate, $"Invalid compatibility date: {text}")),
        Problems("C-3", "2026-02-31", []),
        Problems("C-3", "2026-11-31", [], Future("2026-11-31")),
        Problems("C-4", "2026-11-24", []),
        Problems("C-4", "2026-11-25", [], Future("2026-11-25")),
        Problems("C-4", "2199-01-01", [], Future("2199-01-01")),
        Problems("C-5", "2000-01-01", []),
        Problems("C-6", "2026-04-06", [AutoReply, ManualReply], Contradictory),
        Problems("C-6", "2026-04-06", [ManualReply, AutoReply], Contradictory),
        Problems("C-6", "2026-04-07", [ManualReply, AutoReply], Contradictory, Redundant),
        Problems("C-7", "2026-04-07", ["web_socket_no_such_flag"], Unknown("web_socket_no_such_flag")),
        Problems("C-7", "2026-04-07", [ManualReply.ToUpperInvariant()], Unknown(ManualReply.ToUpperInvariant())),
        Problems("C-7", "2026-04-07", [""], Unknown("")),
        Problems("C-8", "2026-04-06", [AutoReply, AutoReply], Duplicate(AutoReply)),
        Problems("C-8", "2026-04-06", [AutoReply, AutoReply, AutoReply], Duplicate(AutoReply), Duplicate(AutoReply)),
        Problems("C-8", "2026-04-06", ["x", "x"], Duplicate("x"), Unknown("x")),
        Problems("C-9", "2026-04-07", [AutoReply], Redundant),
        Problems("C-9", "2026-04-06", [AutoReply]),
        Problems("C-10", "2026-04-06", [ManualReply]),
        Problems("C-11", "2026-04-07", ["increase_websocket_message_size"], Experimental),
        Problems("C-11", new("2026-04-07", ["increase_websocket_message_size"], Experimental: true)),
        Problems(
            "C-12",
            "2199-01-01",
            ["x", AutoReply, "x", ManualReply, "increase_websocket_message_size"],
            Future("2199-01-01"), Duplicate("x"), Contradictory, Redundant, Experimental, Unknown("x")),
        Problems("C-12", "bad", ["x", AutoReply], (InvalidDate, "Invalid compatibility date: bad"), Unknown("x")),
        Problems("C-12", "bad", ["y", "x"], (InvalidDate, "Invalid compatibility date: bad"), Unknown("y"), Unknown("x")),
        RowCase.Of("C-12", Evaluate("2026-04-07", AutoReply).IsValid, true),
        RowCase.Of("C-12", Evaluate("2026-04-07", "x").IsValid, false),
        RowCase.Of("C-12", Evaluate(null).IsValid, false),
        RowCase.Of("C-13", Reason("2026-04-06", AutoReply), "on, because the flag web_socket_auto_reply_to_close is given"),
        RowCase.Of("C-13", Reason("2026-04-07", AutoReply), "on, because the flag web_socket_auto_reply_to_close is given"),
        RowCase.Of("C-14", Reason("2026-04-07", ManualReply), "off, because the flag web_socket_manual_reply_to_close is given"),
        RowCase.Of("C-14", Reason("2026-04-06", ManualReply), "off, because the flag web_socket_manual_reply_to_close is given"),
        RowCase.Of("C-15", Reason("2026-05-01"), "on, because the date 2026-05-01 is on or after 2026-04-07"),
        RowCase.Of("C-15", Reason("2026-04-07"), "on, because the date 2026-04-07 is on or after 2026-04-07"),
        RowCase.Of("C-15", Reason("2026-04-06"), "off, because the date 2026-04-06 is before 2026-04-07"),
        RowCase.Of(
            "C-15",
            Effective("2026-11-01").Decisions[5].Reason,
            "off, because no date turns it on and the flag pedantic_wpt is not given"),

        .. Feature("C-16", settings => settings.AutoReplyToClose, AutoReply, ManualReply, "2026-04-06", "2026-04-07"),
        .. Feature(
            "C-17", settings =>
                settings.BinaryAsBlob, "websocket_standard_binary_type", "no_websocket_standard_binary_type", "2026-03-16", "2026-03-17"),
        .. Feature(
            "C-18", settings =>
                settings.LimitCloseReason, "websocket_close_reason_byte_limit", "no_websocket_close_reason_byte_limit", "2026-03-02",
                "2026-03-03"),
        .. Feature(
            "C-19",
            settings => settings.PermessageDeflate,
            "web_socket_compression",
            "no_web_socket_compression",
            "2023-08-14",
            "2023-08-15"),
        RowCase.Of("C-20", Effective("2026-11-01").LargeMessages, false),
        RowCase.Of("C-20", Effective("2026-11-01").MaxMessageSize, 33_554_432),
        RowCase.Of("C-20", Effective("2026-11-01", "increase_websocket_message_size").LargeMessages, true),
        RowCase.Of("C-20", Effective("2026-11-01", "increase_websocket_message_size").MaxMessageSize, 134_217_728),
        RowCase.Of("C-21", Effective("2026-11-01").PedanticCloseCodes, false),
        RowCase.Of("C-21", Effective("2000-01-01", "pedantic_wpt").PedanticCloseCodes, true),
        RowCase.Of("C-21", Effective("2026-11-01", "non_pedantic_wpt").PedanticCloseCodes, false),
        Problems("C-22", "2022-01-30", ["workers_api_getters_setters_on_prototype"]),
        Problems("C-22", "2022-01-31", ["workers_api_getters_setters_on_instance"]),
        Problems(
            "C-22",
            "2022-01-31",
            ["workers_api_getters_setters_on_prototype"],
            (
                RedundantFlag,
                "The compatibility flag workers_api_getters_setters_on_prototype became the default as of 2022-01-31 so does not need to "
                    + "be specified anymore.")),
        .. Feature(
            "C-22",
            settings => settings.PropertiesOnPrototype,
            "workers_api_getters_setters_on_prototype",
            "workers_api_getters_setters_on_instance",
            "2022-01-30",
            "2022-01-31"),
        .. Feature("C-23", settings => settings.ReportListenerExceptions, Dispatch, NoDispatch, "2026-09-14", "2026-09-15"),
        .. Feature("C-23", settings => settings.EndRules.ReportListenerExceptions, Dispatch, NoDispatch, "2026-09-14", "2026-09-15"),
        .. LateFeature("C-23", Dispatch, NoDispatch, "2026-09-14", "2026-09-15"),
        Problems("C-23", "2026-09-15", ["Spec_compliant_dispatch_exceptions"], Unknown("Spec_compliant_dispatch_exceptions")),
        .. Feature("C-24", settings => settings.IoTasksPreventEviction, IoTasks, NoIoTasks, "2026-09-30", "2026-10-01"),
        .. LateFeature("C-24", IoTasks, NoIoTasks, "2026-09-30", "2026-10-01"),
        Problems(
            "C-24", "2026-10-01", ["no_durable_object_io_tasks_prevent_eviction"], Unknown("no_durable_object_io_tasks_prevent_eviction")),
    ];

    public static TheoryData<string> Rows => ProtocolRows.NumbersOf(Cases);

    private static (CompatibilityProblemKind Kind, string Message) Contradictory =>
        (
            ContradictoryFlags,
            "Compatibility flags are mutually contradictory: web_socket_auto_reply_to_close vs web_socket_manual_reply_to_close");

    private static (CompatibilityProblemKind Kind, string Message) Redundant =>
        (
            RedundantFlag,
            "The compatibility flag web_socket_auto_reply_to_close became the default as of 2026-04-07 so does not need to be specified "
                + "anymore.");

    private static (CompatibilityProblemKind Kind, string Message) Experimental =>
        (
            ExperimentalFlag,
            "The compatibility flag increase_websocket_message_size is experimental and may break or be removed in a future version of "
                + "workerd. "
            + "To use this flag, you must pass --experimental on the command line.");

    [Theory]
    [MemberData(nameof(Rows))]
    public void Row_Applied_HasItsOutcome(string row) => ProtocolRows.Check(row, Cases);

    [Fact]
    public void Rows_OfProtocol_AreAllTested() => ProtocolRows.CheckComplete('C', Cases);

    [Fact]
    public void Evaluate_Settings_DecidesEachFeatureWithItsReason()
    {
        var settings = Effective("2026-03-10", "pedantic_wpt", "no_web_socket_compression");

        Assert.Equal(
            [
                new("auto-reply to Close", false, "off, because the date 2026-03-10 is before 2026-04-07"),
                new("binary type blob", false, "off, because the date 2026-03-10 is before 2026-03-17"),
                new("close reason limit", true, "on, because the date 2026-03-10 is on or after 2026-03-03"),
                new("permessage-deflate", false, "off, because the flag no_web_socket_compression is given"),
                new(
                    "128 MiB messages",
                    false,
                    "off, because no date turns it on and the flag increase_websocket_message_size is not given"),
                new("strict close codes", true, "on, because the flag pedantic_wpt is given"),
                new("exceptions of listeners are reported", false, "off, because the date 2026-03-10 is before 2026-09-15"),
                new("pending I/O prevents eviction", false, "off, because the date 2026-03-10 is before 2026-10-01; it has no effect here"),
                new(
                    "properties on the prototype",
                    true,
                    "on, because the date 2026-03-10 is on or after 2022-01-31; it has no effect here"),
            ],
            settings.Decisions);
        Assert.Equal(
            new EndRules(
                AutoReplyToClose: false,
                LimitCloseReason: true,
                PedanticCloseCodes: true,
                ReportListenerExceptions: false), settings.EndRules);
    }

    [Fact]
    public void Evaluate_DefaultDate_IsTheFirstWithAutomaticReplies()
    {
        Assert.True(Effective(CompatibilityRules.DefaultDate).AutoReplyToClose);
        Assert.Empty(Evaluate(CompatibilityRules.DefaultDate).Problems);
    }

    /// <summary>
    /// A feature with both flags: the date's border, each flag against the date, and its flag as a problem of the other one.
    /// </summary>
    private static IEnumerable<RowCase> Feature(
        string row, Func<EffectiveSettings, bool> isOn, string enable, string disable, string dayBefore, string from) =>
    [
        RowCase.Of(row, isOn(Effective(dayBefore)), false),
        RowCase.Of(row, isOn(Effective(from)), true),
        RowCase.Of(row, isOn(Effective("2000-01-01", enable)), true),
        RowCase.Of(row, isOn(Effective("2026-11-24", disable)), false),
        RowCase.Of(row, Evaluate("2000-01-01", enable, disable).IsValid, false),
        RowCase.Of(row, Evaluate(from, enable).Problems.Count, 1),
    ];

    /// <summary>The words for both flags on both sides of the date.</summary>
    private static IEnumerable<RowCase> LateFeature(string row, string enable, string disable, string dayBefore, string from)
    {
        var contradictory = (ContradictoryFlags, $"Compatibility flags are mutually contradictory: {enable} vs {disable}");
        var redundant = (
            RedundantFlag, $"The compatibility flag {enable} became the default as of {from} so does not need to be specified anymore.");
        return
        [
            Problems(row, dayBefore, [disable, enable], contradictory),
            Problems(row, from, [disable, enable], contradictory, redundant),
            Problems(row, from, [enable], redundant),
            Problems(row, dayBefore, [enable]),
            Problems(row, dayBefore, [disable]),
            Problems(row, from, [disable]),
        ];
    }

    private static RowCase Problems(
        string row, string? date, string[] flags, params (CompatibilityProblemKind Kind, string Message)[] expected) =>
        Problems(row, new(date, flags), expected);

    private static RowCase Problems(
        string row, CompatibilitySettings settings, params (CompatibilityProblemKind Kind, string Message)[] expected)
    {
        var result = CompatibilityRules.Evaluate(settings, Today);
        var text = $"{settings.Date} [{string.Join(", ", settings.Flags)}]";
        return RowCase.Of(
            row,
            string.Join('\n', result.Problems.Prepend(null)) + $"\nvalid: {result.IsValid}",
            string.Join(
                '\n', expected.Select(one => new CompatibilityProblem(one.Kind, one.Message, one.Kind is not RedundantFlag)).Prepend(null))
                + $"\nvalid: {expected.All(one => one.Kind is RedundantFlag)}",
            text);
    }

    private static (CompatibilityProblemKind Kind, string Message) Future(string date) =>
        (FutureDate, $"Can't set compatibility date in the future: \"{date}\". Today's date (UTC) is \"2026-11-24\".");

    private static (CompatibilityProblemKind Kind, string Message) Unknown(string flag) =>
        (UnknownFlag, $"No such compatibility flag: {flag}");

    private static (CompatibilityProblemKind Kind, string Message) Duplicate(string flag) =>
        (DuplicateFlag, $"Compatibility flag specified multiple times: {flag}");

    private static CompatibilityResult Evaluate(string? date, params string[] flags) =>
        CompatibilityRules.Evaluate(new(date, flags, Experimental: true), Today);

    private static EffectiveSettings Effective(string date, params string[] flags) => Evaluate(date, flags).Settings!;

    private static string Reason(string date, params string[] flags) => Effective(date, flags).Decisions[0].Reason;
}
