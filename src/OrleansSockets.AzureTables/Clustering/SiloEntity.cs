using System.Globalization;
using Azure.Data.Tables;

namespace OrleansSockets.AzureTables.Clustering;

/// <summary>A member of the cluster as a table row.</summary>
internal static class SiloEntity
{
    private const string Address = "Address";
    private const char Between = ' ';
    private const char After = ',';

    public static string RowKey(SiloAddress silo) => TableKey.Of(silo.ToParsableString());

    public static TableEntity Create(string partition, MembershipEntry entry) => new(partition, RowKey(entry.SiloAddress))
    {
        [Address] = entry.SiloAddress.ToParsableString(),
        [nameof(entry.Status)] = entry.Status.ToString(),
        [nameof(entry.SiloName)] = entry.SiloName,
        [nameof(entry.HostName)] = entry.HostName,
        [nameof(entry.ProxyPort)] = entry.ProxyPort,
        [nameof(entry.RoleName)] = entry.RoleName,
        [nameof(entry.UpdateZone)] = entry.UpdateZone,
        [nameof(entry.FaultZone)] = entry.FaultZone,
        [nameof(entry.StartTime)] = Text(entry.StartTime),
        [nameof(entry.IAmAliveTime)] = Text(entry.IAmAliveTime),
        [nameof(entry.SuspectTimes)] = entry.SuspectTimes is { } votes
            ? string.Join(After, votes.Select(vote => $"{vote.Item1.ToParsableString()}{Between}{Text(vote.Item2)}"))
            : null,
    };

    /// <summary>The one column that a heartbeat writes.</summary>
    public static TableEntity Heartbeat(string partition, MembershipEntry entry) => new(partition, RowKey(entry.SiloAddress))
    {
        [nameof(entry.IAmAliveTime)] = Text(entry.IAmAliveTime),
    };

    public static MembershipEntry Entry(TableEntity entity) => new()
    {
        SiloAddress = SiloAddress.FromParsableString(entity.GetString(Address)),
        Status = Enum.Parse<SiloStatus>(entity.GetString(nameof(MembershipEntry.Status))),
        SiloName = entity.GetString(nameof(MembershipEntry.SiloName)),
        HostName = entity.GetString(nameof(MembershipEntry.HostName)),
        ProxyPort = entity.GetInt32(nameof(MembershipEntry.ProxyPort)) ?? 0,
        RoleName = entity.GetString(nameof(MembershipEntry.RoleName)),
        UpdateZone = entity.GetInt32(nameof(MembershipEntry.UpdateZone)) ?? 0,
        FaultZone = entity.GetInt32(nameof(MembershipEntry.FaultZone)) ?? 0,
        StartTime = Time(entity.GetString(nameof(MembershipEntry.StartTime))),
        IAmAliveTime = Time(entity.GetString(nameof(MembershipEntry.IAmAliveTime))),
        SuspectTimes = entity.GetString(nameof(MembershipEntry.SuspectTimes)) is { } votes
            ? [.. votes.Split(After, StringSplitOptions.RemoveEmptyEntries).Select(Vote)]
            : null,
    };

    private static Tuple<SiloAddress, DateTime> Vote(string text)
    {
        var space = text.IndexOf(Between, StringComparison.Ordinal);
        return Tuple.Create(SiloAddress.FromParsableString(text[..space]), Time(text[(space + 1)..]));
    }

    // Text, because the service's own dates begin in 1601 and want a kind that Orleans does not always set.
    private static string Text(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Utc).ToString("O", CultureInfo.InvariantCulture);

    private static DateTime Time(string? text) =>
        text is null ? default : DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
}
