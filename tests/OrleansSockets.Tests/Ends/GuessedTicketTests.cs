using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Ends;

/// <summary>A ticket is a secret: without it nobody takes the end that it stands for, and whoever has it still can.</summary>
[Collection(OneSilo.Collection)]
public sealed class GuessedTicketTests(OneSilo one)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Guesses =>
        ["another secret", "no secret", "the other side's secret", "another side", "another pair", "no silo that holds the pair"];

    [Theory]
    [MemberData(nameof(Guesses))]
    public async Task Claim_WithAGuess_TakesNothing(string guess)
    {
        var (client, server) = await ReleaseAsync();

        var refused = await Assert.ThrowsAsync<WebSocketPairException>(
            () => one.Silo.Pairs.ClaimAsync(Guess(guess, client, server), Token));

        Assert.Equal(WebSocketPairErrorKind.Expired, refused.Kind);
        await MeetAsync(client, server);
    }

    [Fact]
    public async Task Claim_WithWhatIsLeftOfATicket_TakesNothing()
    {
        var (client, server) = await ReleaseAsync();
        var serializer = one.Silo.Services.GetRequiredService<Serializer>();
        var bytes = serializer.SerializeToArray(client);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.NotNull(Record.Exception(() => serializer.Deserialize<EndTicket>(bytes.AsSpan(0, length))));
        }

        Assert.Equal(client, serializer.Deserialize<EndTicket>(bytes));
        await MeetAsync(client, server);
    }

    private static EndTicket Guess(string guess, EndTicket ticket, EndTicket other) => guess switch
    {
        "another secret" => Change(ticket, secret: Guid.NewGuid()),
        "no secret" => Change(ticket, secret: Guid.Empty),
        "the other side's secret" => Change(ticket, secret: other.Secret),
        "another side" => new EndTicket(ticket.Pair, 1 - ticket.Side, ticket.Secret, ticket.Deadline, ticket.Home, ticket.Placement),
        "another pair" => new EndTicket(PairId.New(), ticket.Side, ticket.Secret, ticket.Deadline, ticket.Home, ticket.Placement),
        _ => new EndTicket(ticket.Pair, ticket.Side, Guid.NewGuid(), ticket.Deadline, home: null, ticket.Placement),
    };

    private static EndTicket Change(EndTicket ticket, Guid secret) =>
        new(ticket.Pair, ticket.Side, secret, ticket.Deadline, ticket.Home, ticket.Placement);

    private async Task<(EndTicket Client, EndTicket Server)> ReleaseAsync()
    {
        EndTicket[] tickets = [];
        await one.Silo.RunAsync(_ =>
        {
            var pair = new WebSocketPair();
            tickets = [pair.Client.Release(), pair.Server.Release()];
        });
        return (tickets[0], tickets[1]);
    }

    // The rightful owners.
    private async Task MeetAsync(EndTicket clientTicket, EndTicket serverTicket)
    {
        var client = await one.Silo.Pairs.ClaimAsync(clientTicket, Token);
        var server = await one.Silo.Pairs.ClaimAsync(serverTicket, Token);
        var log = new EventLog(server);
        client.Accept();
        server.Accept();
        client.Send("mine");
        client.Close(4000);
        Assert.Equal(["message mine", "close 4000 '' clean in Closed"], await log.WaitForAsync(2));
        await one.PairGoneAsync(client);
    }
}
