using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace OrleansSockets.Host.Admin;

/// <inheritdoc cref="AdminAccess"/>
internal sealed class AdminKeyScheme(
    IOptionsMonitor<AdminAccessOptions> options, ILoggerFactory logger, UrlEncoder encoder, IHostEnvironment environment)
    : AuthenticationHandler<AdminAccessOptions>(options, logger, encoder)
{
    public const string Name = "AdminKey";

    private const string Bearer = "Bearer ";

    // A proxy on this machine would make the whole world local.
    private static readonly string[] Forwarded =
        ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "X-Original-Host", "Via"];

    private bool IsLocal =>
        (environment.IsDevelopment() || Context.Connection.LocalPort == Options.Port)
        && Context.Connection is { RemoteIpAddress: { } remote, LocalIpAddress: { } local }
        && IPAddress.IsLoopback(remote)
        && IPAddress.IsLoopback(local)
        && Request.Headers["Sec-Fetch-Site"].ToString() is ("" or "same-origin" or "none")
        && !Forwarded.Any(Request.Headers.ContainsKey)
        && IsLocalHost(Request.Host.Host)
        && (!Request.Headers.TryGetValue("Origin", out var origin) || origin == $"{Request.Scheme}://{Request.Host}");

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var allowed = Options.HasKey ? IsKey(Options.Key!) : IsLocal;
        return Task.FromResult(allowed
            ? AuthenticateResult.Success(
                new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "admin")], Name)), Name))
            : AuthenticateResult.NoResult());
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (!Options.HasKey)
        {
            return Results.Problem(
                "Without Admin:Key, the admin API answers programs on this machine only: at Admin:Port, or anywhere in the Development "
                    + "environment.",
                statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(Context);
        }

        Response.Headers.WWWAuthenticate = Bearer.TrimEnd();
        return Results.Problem("Send the key (Admin:Key) as a bearer token.", statusCode: StatusCodes.Status401Unauthorized)
            .ExecuteAsync(Context);
    }

    // By name: a page whose host name was made to lead here must not pass.
    private static bool IsLocalHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    // Of hashes: neither the time that it takes nor the length tells anything.
    private bool IsKey(string key) =>
        Request.Headers.Authorization.ToString() is var given
        && given.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Hash(given[Bearer.Length..].Trim()), Hash(key));

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
