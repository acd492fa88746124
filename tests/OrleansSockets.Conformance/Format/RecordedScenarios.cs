using System.Reflection;

namespace OrleansSockets.Conformance.Format;

/// <summary>The scenarios that this project holds, with the traces recorded of the real runtime.</summary>
internal static class RecordedScenarios
{
    public static IReadOnlyList<RecordedScenario> All { get; } = Read();

    private static List<RecordedScenario> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames().Where(name => name.EndsWith(".json", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .SelectMany(name => ScenarioFile.Read(name, Bytes(assembly, name)))];
    }

    private static byte[] Bytes(Assembly assembly, string name)
    {
        using var source = assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[source.Length];
        source.ReadExactly(bytes);
        return bytes;
    }
}
