using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace OrleansSockets.Architecture.Tests;

/// <summary>What a built assembly really uses; a project file may promise less.</summary>
internal sealed record AssemblyMetadata(IReadOnlyList<string> Assemblies, IReadOnlyList<string> Types)
{
    public static AssemblyMetadata Read(string assemblyName)
    {
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, assemblyName + ".dll"));
        using var image = new PEReader(stream);
        var reader = image.GetMetadataReader();
        return new(
            [.. reader.AssemblyReferences.Select(handle => reader.GetString(reader.GetAssemblyReference(handle).Name))],
            [.. reader.TypeReferences.Select(handle => FullName(reader, reader.GetTypeReference(handle)))]);
    }

    private static string FullName(MetadataReader reader, TypeReference type) =>
        $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}";
}
