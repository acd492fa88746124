using Microsoft.Extensions.Options;

namespace OrleansSockets.Host;

/// <summary>
/// Where <c>/proxy</c> may connect to: <c>Proxy:Allow</c>, a list of <c>ws://host:port</c> or <c>wss://host:port</c>; empty by default.
/// </summary>
internal sealed class ProxyOptions
{
    public IReadOnlyList<Uri> Allow { get; set; } = [];

    public IEnumerable<string> Mistakes =>
        from allowed in Allow
        where !allowed.IsAbsoluteUri || allowed.Scheme is not ("ws" or "wss")
        select $"Proxy:Allow has '{allowed}'; it can be addresses such as ws://host:port and wss://host.";

    public bool Allows(Uri target) =>
        target.IsAbsoluteUri && target.Scheme is "ws" or "wss" && target.UserInfo.Length == 0 && target.Fragment.Length == 0
        && Allow.Any(allowed => allowed.Scheme == target.Scheme && allowed.IdnHost == target.IdnHost && allowed.Port == target.Port);

    internal sealed class Validator : IValidateOptions<ProxyOptions>
    {
        public ValidateOptionsResult Validate(string? name, ProxyOptions options) =>
            options.Mistakes.ToList() is { Count: > 0 } mistakes ? ValidateOptionsResult.Fail(mistakes) : ValidateOptionsResult.Success;
    }
}
