using Xunit;

namespace OrleansSockets.Architecture.Tests;

/// <summary>The rules are values and functions of the base class library alone.</summary>
public class ProtocolTests
{
    private static readonly AssemblyMetadata Protocol = AssemblyMetadata.Read("OrleansSockets.Protocol");

    [Fact]
    public void Project_References_Nothing()
    {
        var project = Assert.Single(Repository.Projects, project => project.Name == "OrleansSockets.Protocol");

        Assert.Empty(project.ProjectReferences);
        Assert.Empty(project.OtherReferences);
    }

    [Fact]
    public void Assembly_References_AreOfTheBaseClassLibrary()
    {
        Assert.All(Protocol.Assemblies, name => Assert.StartsWith("System.", name, StringComparison.Ordinal));
    }

    [Fact]
    public void Assembly_UsesNoTaskClockOrIo()
    {
        string[] foreign =
        [
            "System.Threading.Tasks.", "System.Threading.Timer", "System.Threading.PeriodicTimer", "System.Threading.Thread",
            "System.Threading.CancellationToken",
            "System.TimeProvider", "System.DateTime", "System.Diagnostics.Stopwatch", "System.Environment", "System.Console",
            "System.IO.File", "System.IO.Stream", "System.Net.",
        ];

        var used = Protocol.Types.Where(type => foreign.Any(prefix => type.StartsWith(prefix, StringComparison.Ordinal)));

        Assert.NotEmpty(Protocol.Types);
        Assert.Empty(used);
    }
}
