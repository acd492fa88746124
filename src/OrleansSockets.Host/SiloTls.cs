using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orleans.Connections.Security;

namespace OrleansSockets.Host;

/// <summary>
/// TLS on the ports of silos and Orleans clients, with certificates on both sides, if <c>Silo:Tls:Certificate</c> says something: only who
/// has a certificate of the cluster's own authority is a member. All nodes of a cluster have it, or none.
/// </summary>
internal static class SiloTls
{
    public static ISiloBuilder UseConfiguredTls(this ISiloBuilder silo)
    {
        var configuration = silo.Configuration;
        if (configuration["Silo:Tls:Certificate"] is not { Length: > 0 } path)
        {
            return silo;
        }

        const string Because = "Silo:Tls:Certificate is set";
        var certificate = Load("Silo:Tls:Certificate", () => FromPem(path, configuration.GetNeeded("Silo:Tls:Key", Because)));
        var authority = Load(
            "Silo:Tls:Authority", () => X509CertificateLoader.LoadCertificateFromFile(
                configuration.GetNeeded("Silo:Tls:Authority", Because)));
        return silo.UseTls(certificate, options =>
        {
            options.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
            options.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
            options.RemoteCertificateValidation = (remote, _, _) => IsOf(authority, remote);
            options.OnAuthenticateAsClient = (_, client) =>
            {
                // Nodes come and go at addresses that nobody knows beforehand: the authority vouches for them, not a name.
                client.TargetHost = "orleanssockets";
                client.ClientCertificates = [certificate];
            };
        });
    }

    private static bool IsOf(X509Certificate2 authority, X509Certificate2 remote)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(remote);
    }

    // Through PKCS #12: Windows' TLS takes no key that is in memory alone.
    private static X509Certificate2 FromPem(string certificate, string key)
    {
        using var read = X509Certificate2.CreateFromPemFile(certificate, key);
        return X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), password: null);
    }

    private static X509Certificate2 Load(string option, Func<X509Certificate2> load)
    {
        try
        {
            return load();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(
                $"{option}: no certificate can be read there, or its key does not belong to it ({e.Message}).", e);
        }
    }
}
