using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Orleans.Placement;
using OrleansSockets.Pairs;
using OrleansSockets.Sessions;

namespace OrleansSockets.AspNetCore.Page;

[RandomPlacement] // It takes the silo that the page asks for; other strategies may not.
internal sealed class DrivenEnd(IWebSocketPairFactory pairs, PairHub hub) : WebSocketSession, IDrivenEnd
{
    private EndTicket? _ticket;
    private WebSocketEnd? _end;
    private WebSocketEnd? _control;

    public async Task<SiloAddress> HoldAsync(EndTicket ticket, string deployment)
    {
        this.UseWebSocketDeployment(deployment);
        var end = await pairs.ClaimAsync(ticket, CancellationToken.None);
        end.OnMessage(
            e => Tell("message", seen => e.Data.IsText ? seen with { Text = e.Data.Text } : seen with { Bytes = e.Data.Bytes.Length }));
        end.OnClose(e => Tell("close", seen => seen with { Code = e.Code, Reason = e.Reason, WasClean = e.WasClean }));
        end.OnError(e => Tell("error", seen => seen with { Kind = $"{e.Kind}", Message = e.Message }));
        (_ticket, _end) = (ticket, end);
        return hub.Silo;
    }

    public Task<DrivenEndSnapshot?> DescribeAsync() =>
        Task.FromResult(_ticket is null ? null : new DrivenEndSnapshot(_ticket.Side, _end!.ReadyState, hub.Describe(_ticket.Pair)));

    protected override Task<UpgradeResponse> OnUpgradeAsync(UpgradeRequest request)
    {
        if (_end is null)
        {
            return Task.FromResult(
                UpgradeResponse.Reject(StatusCodes.Status404NotFound, "No end is held under this name; make a pair first."));
        }

        var (client, control) = new WebSocketPair();
        control.OnMessage(e => Obey(e.Data));
        control.OnClose(_ => LetGo(control));
        control.Accept();
        _control = control;
        Tell("state");
        return Task.FromResult(UpgradeResponse.WebSocket(client));
    }

    private void Obey(WebSocketMessage message)
    {
        try
        {
            var command = JsonSerializer.Deserialize(message.Text, DrivenEndJson.Default.EndCommand);
            switch (command?.Command)
            {
                case "accept":
                    _end!.Accept(new AcceptOptions { AllowHalfOpen = command.HalfOpen });
                    Tell("accepted");
                    break;
                case "send":
                    _end!.Send(command.Text ?? "");
                    Tell("sent", seen => seen with { Text = command.Text });
                    break;
                case "close":
                    _end!.Close(command.Code, command.Reason);
                    Tell("closing", seen => seen with { Code = command.Code, Reason = command.Reason });
                    break;
                default:
                    Tell("refused", seen => seen with { Message = "The commands are accept, send and close." });
                    break;
            }
        }
        catch (WebSocketPairException refused)
        {
            Tell("refused", seen => seen with { Kind = $"{refused.Kind}", Message = refused.Message });
        }
        catch (JsonException malformed)
        {
            Tell("refused", seen => seen with { Message = malformed.Message });
        }
    }

    private void Tell(string what, Func<EndSeen, EndSeen>? detail = null)
    {
        var seen = new EndSeen(what, (int)_end!.ReadyState);
        _control?.Send(JsonSerializer.Serialize(detail?.Invoke(seen) ?? seen, DrivenEndJson.Default.EndSeen));
    }

    // Nobody drives the end any more.
    private void LetGo(WebSocketEnd control)
    {
        if (_control == control)
        {
            _control = null;
            _end!.Accept();
            _end.Close(CloseCode.GoingAway, "the page has left");
        }
    }
}
