using System.Globalization;

namespace OrleansSockets.Compatibility;

/// <summary>A date that is compared, not counted: its day is not checked against the month, so <c>2026-02-31</c> is one.</summary>
internal readonly record struct CompatibilityDate(int Year, int Month, int Day) : IComparable<CompatibilityDate>
{
    public static CompatibilityDate From(DateOnly date) => new(date.Year, date.Month, date.Day);

    /// <summary>Exactly <c>YYYY-MM-DD</c> in ASCII digits, the year 2000 to 2999.</summary>
    public static CompatibilityDate? Parse(string text)
    {
        if (text.Length != 10 || text[4] != '-' || text[7] != '-')
        {
            return null;
        }

        return Number(text, 0, 4) is >= 2000 and <= 2999 and var year
            && Number(text, 5, 2) is >= 1 and <= 12 and var month
            && Number(text, 8, 2) is >= 1 and <= 31 and var day
            ? new(year, month, day)
            : null;
    }

    public int CompareTo(CompatibilityDate other) => (Year, Month, Day).CompareTo((other.Year, other.Month, other.Day));

    public static bool operator <(CompatibilityDate left, CompatibilityDate right) => left.CompareTo(right) < 0;

    public static bool operator >(CompatibilityDate left, CompatibilityDate right) => left.CompareTo(right) > 0;

    public static bool operator <=(CompatibilityDate left, CompatibilityDate right) => left.CompareTo(right) <= 0;

    public static bool operator >=(CompatibilityDate left, CompatibilityDate right) => left.CompareTo(right) >= 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Year:D4}-{Month:D2}-{Day:D2}");

    // NumberStyles.None: no sign, no space.
    private static int? Number(string text, int start, int length) =>
        int.TryParse(text.AsSpan(start, length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
