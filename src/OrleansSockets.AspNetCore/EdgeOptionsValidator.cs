using Microsoft.Extensions.Options;

namespace OrleansSockets.AspNetCore;

internal sealed class EdgeOptionsValidator : IValidateOptions<EdgeOptions>
{
    private const int MinMessageSize = 125;

    public ValidateOptionsResult Validate(string? name, EdgeOptions options)
    {
        List<string> failures = [];
        void Check(bool good, string option, object value, string limit)
        {
            if (!good)
            {
                failures.Add($"{nameof(EdgeOptions)}.{option} is {value}; it must be {limit}.");
            }
        }

        void NotNegative(string option, TimeSpan value) => Check(value >= TimeSpan.Zero, option, value, "0 (no limit) or more");

        Check(Enum.IsDefined(options.ProtocolChecks), nameof(options.ProtocolChecks), options.ProtocolChecks, "Strict or Workers");
        Check(options.MaxSockets >= 1, nameof(options.MaxSockets), options.MaxSockets, "at least 1");
        Check(
            options.MaxMessageSize is 0 or >= MinMessageSize,
            nameof(options.MaxMessageSize), options.MaxMessageSize, $"0 (as the deployment says) or at least {MinMessageSize} bytes");
        NotNegative(nameof(options.HandshakeTimeout), options.HandshakeTimeout);
        NotNegative(nameof(options.SendTimeout), options.SendTimeout);
        NotNegative(nameof(options.KeepAliveInterval), options.KeepAliveInterval);
        NotNegative(nameof(options.KeepAliveTimeout), options.KeepAliveTimeout);
        NotNegative(nameof(options.CloseTimeout), options.CloseTimeout);
        NotNegative(nameof(options.PartnerTimeout), options.PartnerTimeout);
        Check(
            options.MaxWaitingPerAddress >= 0, nameof(options.MaxWaitingPerAddress), options.MaxWaitingPerAddress, "0 (no limit) or more");
        Check(
            options.DrainCode is CloseCode.GoingAway or CloseCode.ServiceRestart,
            nameof(options.DrainCode), options.DrainCode, $"{CloseCode.GoingAway} or {CloseCode.ServiceRestart}");
        Check(options.DrainDelay >= TimeSpan.Zero, nameof(options.DrainDelay), options.DrainDelay, "0 or more");
        Check(options.DrainPeriod >= TimeSpan.Zero, nameof(options.DrainPeriod), options.DrainPeriod, "0 or more");
        Check(
            options.DrainTimeout > options.DrainDelay + options.DrainPeriod,
            nameof(options.DrainTimeout), options.DrainTimeout,
            $"more than {nameof(options.DrainDelay)} and {nameof(options.DrainPeriod)} together "
                + $"({options.DrainDelay + options.DrainPeriod})");
        foreach (var origin in options.AllowedOrigins)
        {
            Check(
                origin == "*" || IsOrigin(origin), nameof(options.AllowedOrigins), $"'{origin}'",
                "'*' or a scheme and a host such as https://example.com, without a path");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static bool IsOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && string.Equals(
            origin, uri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped), StringComparison.OrdinalIgnoreCase);
}
