using System.Globalization;

namespace OrleansSockets.Host.Tests.Local;

/// <summary>The processes of this machine.</summary>
internal static class ProcessTable
{
    /// <summary>A process, those that it started, those that these started, and so on.</summary>
    public static List<int> WithDescendants(int id)
    {
        var children = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(IsId).SelectMany(Read)
            .ToLookup(process => process.Parent, process => process.Id);
        var found = new List<int> { id };
        for (var next = 0; next < found.Count; next++)
        {
            found.AddRange(children[found[next]]);
        }

        return found;
    }

    private static bool IsId(string? name) => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static IEnumerable<(int Id, int Parent)> Read(string? id)
    {
        string line;
        try
        {
            line = File.ReadAllText($"/proc/{id}/stat");
        }
        catch (IOException)
        {
            // It has ended in between.
            return [];
        }

        // "id (name) state parent ...", and a name may hold anything.
        var parent = line[(line.LastIndexOf(')') + 2)..].Split(' ')[1];
        return [(int.Parse(id!, CultureInfo.InvariantCulture), int.Parse(parent, CultureInfo.InvariantCulture))];
    }
}
