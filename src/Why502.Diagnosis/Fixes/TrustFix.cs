using System.Globalization;
using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis;

/// <summary>
/// Trusting an authority that somebody has put on this machine already: the bundle of the distribution, or a file that another place of the
/// same configuration trusts. What the upstream itself presents is never taken for its own authority, and verification stays on.
/// </summary>
internal static class TrustFix
{
    private const int FilesMax = 6;
    private const int PeersMax = 4;

    /// <summary>Where Debian, Red Hat, SUSE and Alpine keep their bundle of authorities.</summary>
    private static readonly string[] Bundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"];

    /// <summary>Where an authority is added: a generated bundle is overwritten with the next update (update-ca-certificates(8), update-ca-trust(8)).</summary>
    public static string AdditionTo(string file) => Bundles.Contains(file)
        ? $"put it where {file} is made from (Debian, Alpine: /usr/local/share/ca-certificates/NAME.crt, then update-ca-certificates; Red Hat: /etc/pki/ca-trust/source/anchors, then update-ca-trust; SUSE: /etc/pki/trust/anchors, then update-ca-certificates)"
        : $"append it to {file}";

    /// <summary>Null where no such file vouches for every server that the location passes to.</summary>
    public static Fix? Of(Incident incident, Observations seen)
    {
        if (incident.Instance.FromFiles || incident.Location is not { HasVariables: false } location || TlsReading.Settings(incident) is not { Verifies: true } settings || TlsReading.AsNginx(incident, seen) is not { } own)
        {
            return null;
        }

        // A group's other servers are trusted by the file in force: the new one has to vouch for them as well.
        var addresses = location.Peers.Count > 1 ? location.Peers.Select(peer => peer.Endpoint is { IsName: false } endpoint ? endpoint.ToString() : null).ToList() : [own.Address];
        if (addresses.Count > PeersMax || addresses.Contains(null))
        {
            return null;
        }

        foreach (var (path, origin) in Files(incident, settings, seen, own).Take(FilesMax))
        {
            var judged = addresses.Select(address => seen.Ask(own with { Address = address!, TrustedCertificate = path }).FactOrNull).ToList();
            if (judged.All(fact => fact is { Outcome: ProbeOutcome.Ok, ChainTrusted: true }))
            {
                return Of(incident, settings, path, origin, judged.Max(fact => fact!.Depth ?? 0));
            }
        }

        return null;
    }

    private static Fix Of(Incident incident, TlsSettings settings, string path, string origin, int depth)
    {
        var prefix = TlsFix.Prefix(incident);
        var deeper = depth > settings.VerifyDepth;
        (string, string[])[] trust = [("ssl_trusted_certificate", [path])];
        return new Fix
        {
            Summary = $"Trust {path}, {origin}, for this location: {prefix}_ssl_trusted_certificate. With it the upstream's chain was verified just now{(deeper ? $", over {depth} intermediate authorities, so {prefix}_ssl_verify_depth is {depth}" : "")}.",
            Edits = TlsFix.Set(incident, deeper ? [.. trust, ("ssl_verify_depth", [depth.ToString(CultureInfo.InvariantCulture)])] : trust),
            Steps = [new($"Verification stays on. From now on this location trusts whom {path} names{(settings.TrustedCertificate.Length > 0 ? $", and no longer {settings.TrustedCertificate}" : "")}."), TlsFix.Reload(incident)],
        };
    }

    private static IEnumerable<(string Path, string Origin)> Files(Incident incident, TlsSettings settings, Observations seen, TlsHandshake own)
    {
        var prefix = TlsFix.Prefix(incident);
        var named = (incident.Configuration?.ProxiedLocations ?? [])
            .Select(location => location.Effective($"{location.DirectivePrefix}_ssl_trusted_certificate"))
            .Where(value => value is { Value: { } path } && path.StartsWith('/') && path != settings.TrustedCertificate)
            .DistinctBy(value => value.Value)
            .Select(value => (value.Value!, $"which {value.At} trusts"));

        // The system's own store is asked first, so that no bundle is opened in vain.
        return settings.TrustedCertificate.Length > 0 && seen.Ask(own with { TrustedCertificate = "" }).FactOrNull is { ChainTrusted: true }
            ? named.Concat(Bundles.Where(path => path != settings.TrustedCertificate).Select(path => (path, "the distribution's bundle of authorities")))
            : named;
    }
}
