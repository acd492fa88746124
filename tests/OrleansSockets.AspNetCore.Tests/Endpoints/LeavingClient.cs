using System.Net.Sockets;
using System.Text;
using OrleansSockets.Frames;

namespace OrleansSockets.AspNetCore.Tests.Endpoints;

/// <summary>How far a client comes before it leaves.</summary>
internal enum LeavingStage
{
    Connected,
    HalfARequest,
    AWholeRequest,
    Open,
    AMessage,
    InsideAFrame,
    InsideAMessage,
    Closed,
}

/// <summary>How it leaves.</summary>
internal enum LeavingWay
{
    /// <summary>With a Close where there is a socket, and the end of its direction.</summary>
    Close,

    /// <summary>With the end of its direction alone.</summary>
    Fin,

    Reset,
}

/// <summary>A client that comes as far as a stage and leaves there in a way, without a look at what it is sent.</summary>
internal static class LeavingClient
{
    /// <summary>The session of the tests wants it.</summary>
    private const string Header = "X-Test: leaving\r\n";

    public static readonly (LeavingStage Stage, LeavingWay Way)[] All =
        [.. Enum.GetValues<LeavingStage>().SelectMany(stage => Enum.GetValues<LeavingWay>().Select(way => (stage, way)))];

    public static async Task RunAsync(EdgeNode node, string path, LeavingStage stage, LeavingWay way)
    {
        using var client = new RawClient();
        try
        {
            await ComeAsync(client, node, path, stage);
            await LeaveAsync(client, stage, way);
        }
        catch (SocketException)
        {
            // The server was faster.
        }
    }

    private static async Task ComeAsync(RawClient client, EdgeNode node, string path, LeavingStage stage)
    {
        if (stage >= LeavingStage.Open)
        {
            // Refused it may be: a side of a name has a client, the name rests.
            if (EdgeNode.StatusOf(await client.UpgradeAsync(node.Address, path, Header)) != "101")
            {
                return;
            }
        }
        else
        {
            await client.ConnectAsync(node.Address);
        }

        var request = Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + $"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{Header}\r\n");
        await (stage switch
        {
            LeavingStage.HalfARequest => client.SendBytesAsync(request.AsMemory()[..(request.Length / 2)]),
            LeavingStage.AWholeRequest => client.SendBytesAsync(request),
            LeavingStage.AMessage => client.SendTextAsync("a message"),
            LeavingStage.InsideAFrame => client.SendBytesAsync(RawClient.Frame(Opcode.Binary, new byte[5000]).AsMemory()[..3000]),
            LeavingStage.InsideAMessage => client.SendAsync(Opcode.Text, new byte[100], fin: false),
            LeavingStage.Closed => client.SendCloseAsync(4000, "bye"),
            _ => Task.CompletedTask,
        });
    }

    private static async Task LeaveAsync(RawClient client, LeavingStage stage, LeavingWay way)
    {
        switch (way)
        {
            case LeavingWay.Reset:
                client.Reset();
                break;
            case LeavingWay.Close when stage is LeavingStage.Open or LeavingStage.AMessage:
                await client.SendCloseAsync(1000);
                client.SendFin();
                break;
            default:
                client.SendFin();
                break;
        }
    }
}
