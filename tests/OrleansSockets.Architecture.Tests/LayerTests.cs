using Xunit;

namespace OrleansSockets.Architecture.Tests;

/// <summary>Knowledge points downwards only.</summary>
public class LayerTests
{
    private const string Protocol = "OrleansSockets.Protocol";
    private const string Core = "OrleansSockets";
    private const string Edge = "OrleansSockets.AspNetCore";
    private const string AzureTables = "OrleansSockets.AzureTables";
    private const string Sqlite = "OrleansSockets.Sqlite";
    private const string Testing = "OrleansSockets.Testing";
    private const string Cli = "OrleansSockets.Cli";
    private const string Host = "OrleansSockets.Host";

    // Each project and all that it may know of ours.
    private static readonly Dictionary<string, string[]> Layers = new()
    {
        [Protocol] = [],
        [Core] = [Protocol],
        [Edge] = [Core, Protocol],
        [AzureTables] = [],
        [Sqlite] = [],
        [Cli] = [],
        [Testing] = [Edge, Core, Protocol],
        [Host] = [Edge, Core, Protocol, AzureTables, Sqlite],
    };

    [Fact]
    public void ProjectReferences_OfEverySourceProject_PointDownwards()
    {
        var sources = Repository.Projects.Where(project => !project.IsTest).ToList();

        var upward = from project in sources
                     from reference in project.ProjectReferences
                     where !Allowed(project).Contains(reference)
                     select $"{project.Name} -> {reference}";

        Assert.NotEmpty(sources);
        Assert.Empty(upward);
    }

    [Theory]
    [InlineData(Protocol)]
    [InlineData(Core)]
    [InlineData(Edge)]
    [InlineData(AzureTables)]
    [InlineData(Sqlite)]
    [InlineData(Testing)]
    public void AssemblyReferences_OfEveryLibrary_PointDownwards(string library)
    {
        var ours = AssemblyMetadata.Read(library).Assemblies.Where(name => name.StartsWith("OrleansSockets", StringComparison.Ordinal));

        Assert.Empty(ours.Except(Layers[library]));
    }

    [Fact]
    public void AssemblyReferences_OfTheCore_AreNotTheEdges()
    {
        // The connections between silos, as Orleans itself has them.
        const string OfOrleans = "Microsoft.AspNetCore.Connections.Abstractions";

        Assert.DoesNotContain(
            AssemblyMetadata.Read(Core).Assemblies,
            name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) && name != OfOrleans);
    }

    // A sample composes what there is, as Host does.
    private static string[] Allowed(Repository.Project project) =>
        Layers.TryGetValue(project.Name, out var below) ? below
        : Repository.Relative(project.Path).StartsWith("src/Samples/", StringComparison.Ordinal) ? Layers[Host]
        : throw new InvalidOperationException($"{project.Name} has no place among the layers.");
}
