namespace OrleansSockets.Cli;

/// <summary>Rows in aligned columns.</summary>
internal sealed class Table(params string[] headings)
{
    private readonly List<string[]> _rows = [headings];

    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Without rows, <paramref name="nothing"/> is written instead.</summary>
    public void Write(TextWriter output, string nothing)
    {
        if (_rows.Count == 1)
        {
            output.WriteLine(nothing);
            return;
        }

        var widths = Enumerable.Range(0, headings.Length).Select(column => _rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in _rows)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
