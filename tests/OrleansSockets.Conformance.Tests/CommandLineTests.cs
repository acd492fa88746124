using Xunit;

namespace OrleansSockets.Conformance.Tests;

public class CommandLineTests
{
    [Fact]
    public void Parse_OfAllOptions_TakesThem()
    {
        var folder = Path.GetTempPath();

        var (command, error) = CommandLine.Parse(["--nodes", "3", "--processes", "--http2", "--out", "made", "--repeat", "10", folder]);

        Assert.Null(error);
        Assert.Equal((3, true, true, "made", 10), (command!.Nodes, command.Processes, command.Http2, command.Out, command.Repeat));
        Assert.Equal([folder], command.Inputs);
    }

    [Fact]
    public void Parse_OfNothing_MeansTheRecordedScenariosOnOneNode()
    {
        var (command, _) = CommandLine.Parse([]);

        Assert.Equal((1, false, false, null, 1), (command!.Nodes, command.Processes, command.Http2, command.Out, command.Repeat));
        Assert.Empty(command.Inputs);
    }

    [Theory]
    [InlineData("--nodes", "4")]
    [InlineData("--nodes", "none")]
    [InlineData("--repeat", "0")]
    [InlineData("--what", "x")]
    [InlineData("there-is-no-such-file.json", "x")]
    public void Parse_OfWhatItDoesNotKnow_SaysSo(string first, string second)
    {
        var (command, error) = CommandLine.Parse([first, second]);

        Assert.Null(command);
        Assert.Contains(first, error, StringComparison.Ordinal);
    }
}
