using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using OrleansSockets.Host.Admin;

namespace OrleansSockets.Host;

/// <summary>Whether the ports that a node needs are free, so that it can say which option is to be changed.</summary>
internal static class PortCheck
{
    /// <exception cref="ConfigurationException">One is not.</exception>
    public static void Require(WebApplication app)
    {
        var silo = app.Services.GetRequiredService<IOptions<EndpointOptions>>().Value;
        Require("Silo:Port", silo.SiloListeningEndpoint ?? new IPEndPoint(silo.AdvertisedIPAddress, silo.SiloPort));
        Require("Silo:GatewayPort", silo.GatewayListeningEndpoint ?? new IPEndPoint(silo.AdvertisedIPAddress, silo.GatewayPort));
        if (app.Configuration.GetAdminPort() is { } admin)
        {
            Require("Admin:Port", new IPEndPoint(IPAddress.Loopback, admin));
        }

        const StringSplitOptions Trimmed = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        foreach (var url in (app.Configuration["urls"] ?? "").Split(';', Trimmed))
        {
            var address = Parse(url);
            if (!address.IsUnixPipe && !address.IsNamedPipe)
            {
                Require("urls", new IPEndPoint(Interface(address.Host), address.Port));
            }
        }
    }

    private static void Require(string option, IPEndPoint endpoint)
    {
        try
        {
            using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(endpoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new ConfigurationException(
                $"{option}: the port {endpoint.Port} is in use, by another node or another program; it can be any free one.", e);
        }
        catch (SocketException e)
        {
            throw new ConfigurationException($"{option}: nobody can listen at {endpoint} on this machine ({e.Message}).", e);
        }
    }

    private static BindingAddress Parse(string url)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException e)
        {
            throw new ConfigurationException(
                $"urls is '{url}'; it can be an address such as http://localhost:8080, or several with ';' between them.", e);
        }
    }

    // Kestrel's reading: whatever is no address and not localhost, '+' for example, is every interface.
    private static IPAddress Interface(string host) =>
        IPAddress.TryParse(host, out var address) ? address
        : host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
        : IPAddress.Any;
}
