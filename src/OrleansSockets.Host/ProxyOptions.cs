namespace OrleansSockets.Host;

/// <summary>Where <c>/proxy</c> may connect to: <c>Proxy:Allow</c>, a list of <c>ws://host:port</c> or <c>wss://host:port</c>; empty by default.</summary>
internal sealed class ProxyOptions
{
    public IReadOnlyList<Uri> Allow { get; set; } = [];

    public bool Allows(Uri target) =>
        target.IsAbsoluteUri && target.Scheme is "ws" or "wss" && target.UserInfo.Length == 0
        && Allow.Any(allowed => allowed.Scheme == target.Scheme && allowed.IdnHost == target.IdnHost && allowed.Port == target.Port);
}
