using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace OrleansSockets.Sqlite;

/// <summary>What an ETag says: which row, and which revision of it.</summary>
/// <remarks>The id is never given out again, so the ETag of a deleted row matches no row that is created later under the same
/// key.</remarks>
internal readonly record struct RowVersion(long Id, long Version)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id}.{Version}");

    public static bool TryParse([NotNullWhen(true)] string? text, out RowVersion version)
    {
        version = default;
        var dot = text?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        if (dot < 0
            || !long.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            || !long.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        version = new(id, number);
        return true;
    }
}
