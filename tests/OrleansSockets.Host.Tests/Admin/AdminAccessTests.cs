using System.Net;
using OrleansSockets.Storage.Tests.Stores;
using Xunit;

namespace OrleansSockets.Host.Tests.Admin;

/// <summary>Who may use the admin API of the program.</summary>
public sealed class AdminAccessTests
{
    private const string Key = "a key for these tests only";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WithoutAKey_OnlyDirectRequestsOfThisMachinePass()
    {
        await using var node = await NodeProcess.StartAsync(Token, "--Admin:Key=");

        Assert.Equal(HttpStatusCode.OK, await AskAsync(node));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(node, ("Origin", node.Address.GetLeftPart(UriPartial.Authority))));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(node, ("Origin", "https://example.com")));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(node, ("X-Forwarded-For", "203.0.113.7")));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(node, ("Host", "example.com")));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(node, ("Sec-Fetch-Site", "cross-site")));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(node, ("Sec-Fetch-Site", "same-origin")));
    }

    [Fact]
    public async Task WithoutAKey_InProduction_TheClientsPortAnswersNobody()
    {
        await using var node = await NodeProcess.StartAsync(Token, "--Admin:Key=", "--environment=Production");

        // As it comes from a proxy on this machine that adds no header.
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(node));
    }

    [Fact]
    public async Task WithoutAKey_InProduction_TheAdministratorsPortAnswersThisMachine()
    {
        var port = FreePort.Next();
        await using var node = await NodeProcess.StartAsync(Token, $"--Admin:Port={port}", "--environment=Production");
        var admin = new Uri($"http://127.0.0.1:{port}/");

        Assert.Equal(HttpStatusCode.OK, await AskAsync(admin));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(admin, ("X-Forwarded-For", "203.0.113.7")));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(admin, ("Origin", "https://example.com")));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(admin, ("Host", "example.com")));
    }

    [Fact]
    public async Task WithAKey_WhoeverHasItPasses()
    {
        await using var node = await NodeProcess.StartAsync(Token, $"--Admin:Key={Key}");

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(node));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(node, ("Authorization", "Bearer another key of a good length")));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(node, ("Authorization", $"Bearer {Key}")));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(node, ("Authorization", $"Bearer {Key}"), ("X-Forwarded-For", "203.0.113.7")));
    }

    [Fact]
    public async Task ShortKey_StopsTheStartWithASentence()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => NodeProcess.StartAsync(Token, "--Admin:Key=short"));

        Assert.Contains("Admin:Key must have at least 16 characters.", error.Message, StringComparison.Ordinal);
    }

    private static Task<HttpStatusCode> AskAsync(NodeProcess node, params (string Name, string Value)[] headers) =>
        AskAsync(node.Address, headers);

    private static async Task<HttpStatusCode> AskAsync(Uri node, params (string Name, string Value)[] headers)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(node, "admin/deployments"));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await http.SendAsync(request, Token);
        return answer.StatusCode;
    }
}
