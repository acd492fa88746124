using Azure.Data.Tables;

namespace OrleansSockets.AzureTables.Persistence;

/// <summary>State as a table row: its bytes cut into properties, for one property holds 64 KiB and one row 1 MiB.</summary>
internal static class StateEntity
{
    /// <summary>What fits: 15 properties, which leaves 64 KiB of the row for keys and the rest.</summary>
    public const int MaxBytes = MaxParts * PartBytes;

    /// <summary>Tells a writer whether the row that it finds is its own, written by a try whose answer was lost.</summary>
    public const string WriteId = "WriteId";

    private const int PartBytes = 64 * 1024;
    private const int MaxParts = 15;
    private const string Length = "Length";

    public static TableEntity Create(string partitionKey, string rowKey, ReadOnlySpan<byte> data)
    {
        var entity = new TableEntity(partitionKey, rowKey) { [WriteId] = Guid.NewGuid(), [Length] = data.Length };
        for (var part = 0; !data.IsEmpty; part++)
        {
            var size = Math.Min(PartBytes, data.Length);
            entity[PartName(part)] = data[..size].ToArray();
            data = data[size..];
        }

        return entity;
    }

    public static BinaryData Data(TableEntity entity)
    {
        var length = entity.GetInt32(Length) ?? throw Broken(entity, $"has no {Length}");
        var data = new byte[length];
        for (int part = 0, offset = 0; offset < length; part++)
        {
            var bytes = entity.GetBinary(PartName(part)) ?? throw Broken(entity, $"has no {PartName(part)}");
            bytes.CopyTo(data, offset);
            offset += bytes.Length;
        }

        return new(data);
    }

    private static string PartName(int part) => part < 10 ? $"Data0{part}" : $"Data{part}";

    private static AzureTablesException Broken(TableEntity entity, string how) =>
        new($"Row '{entity.RowKey}' of partition '{entity.PartitionKey}' {how}: it was not written by this storage.");
}
