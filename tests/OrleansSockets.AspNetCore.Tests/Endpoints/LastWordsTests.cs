using OrleansSockets.Frames;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Endpoints;

/// <summary>
/// What a client said before it broke the protocol or ended TCP is answered, though the server reads all of it in one go.
/// </summary>
public sealed class LastWordsTests
{
    [Theory]
    [InlineData(ProtocolChecks.Strict)]
    [InlineData(ProtocolChecks.Workers)]
    public async Task Violation_BehindTwoMessagesInOneWrite_BothAreAnsweredFirst(ProtocolChecks checks)
    {
        await using var node = await EdgeNode.StartAsync(EchoEndpoint.Map, edge => edge.ProtocolChecks = checks);
        for (var round = 0; round < 20; round++)
        {
            using var client = await node.ConnectAsync("/echo");
            await client.SendBytesAsync(TwoMessages([0x83, 0x80, 0, 0, 0, 0]));
            Assert.Equal("text echo: one", await client.ReadAsync());
            Assert.Equal("text echo: two", await client.ReadAsync());
            Assert.Equal("close 1002 Unknown opcode 3", await client.ReadAsync());
            Assert.Equal("fin", await client.ReadAsync());
        }
    }

    [Theory]
    [InlineData(ProtocolChecks.Strict)]
    [InlineData(ProtocolChecks.Workers)]
    public async Task Fin_BehindTwoMessages_BothAreAnsweredFirst(ProtocolChecks checks)
    {
        await using var node = await EdgeNode.StartAsync(EchoEndpoint.Map, edge => edge.ProtocolChecks = checks);
        for (var round = 0; round < 20; round++)
        {
            using var client = await node.ConnectAsync("/echo");
            await client.SendBytesAsync(TwoMessages([]));
            client.SendFin();
            Assert.Equal("text echo: one", await client.ReadAsync());
            Assert.Equal("text echo: two", await client.ReadAsync());
            Assert.Equal("fin", await client.ReadAsync());
        }
    }

    private static byte[] TwoMessages(byte[] tail) =>
        [.. RawClient.Frame(Opcode.Text, "one"u8.ToArray()), .. RawClient.Frame(Opcode.Text, "two"u8.ToArray()), .. tail];
}
