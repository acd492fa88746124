using System.Text.RegularExpressions;
using Xunit;

namespace OrleansSockets.Protocol.Tests;

/// <summary>The rows of PROTOCOL.md.</summary>
internal static partial class ProtocolRows
{
    public static IReadOnlyList<string> Numbered(char table)
    {
        using var stream = typeof(ProtocolRows).Assembly.GetManifestResourceStream("PROTOCOL.md")!;
        using var reader = new StreamReader(stream);
        return [.. RowNumber().Matches(reader.ReadToEnd()).Select(match => match.Groups[1].Value).Where(row => row[0] == table)];
    }

    public static TheoryData<string> NumbersOf(IEnumerable<RowCase> cases) => [.. cases.Select(one => one.Row).Distinct()];

    /// <summary>Every row is numbered once and has a case; every case has a row.</summary>
    public static void CheckComplete(char table, IEnumerable<RowCase> cases)
    {
        var rows = Numbered(table);
        Assert.Equal(rows, Enumerable.Range(1, rows.Count).Select(number => $"{table}-{number}"));
        Assert.Equal(rows.Order(), cases.Select(one => one.Row).Distinct().Order());
    }

    public static void Check(string row, IEnumerable<RowCase> cases)
    {
        foreach (var one in cases.Where(one => one.Row == row))
        {
            one.Check();
        }
    }

    [GeneratedRegex(@"^\| ([A-Z]-\d+) \|", RegexOptions.Multiline)]
    private static partial Regex RowNumber();
}
