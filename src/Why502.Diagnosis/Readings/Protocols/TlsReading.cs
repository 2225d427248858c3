using System.Net;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>What nginx offers an upstream in a handshake, by the configuration in force (ngx_http_upstream_ssl_init_connection, ngx_http_upstream_ssl_name).</summary>
/// <param name="Name">The name that the certificate is compared with and that SNI would carry; null when a variable decides it.</param>
/// <param name="ServerName">What SNI carries: empty when proxy_ssl_server_name is off or the name is an address.</param>
/// <param name="Protocols">Separated by spaces.</param>
/// <param name="Ciphers">Empty: OpenSSL's default.</param>
/// <param name="TrustedCertificate">Absolute path; empty without one.</param>
public sealed record TlsSettings(string? Name, string ServerName, string Protocols, string Ciphers, bool Verifies, string TrustedCertificate, int VerifyDepth, bool HasCertificate);

/// <summary>The TLS side of an incident: what nginx does in its handshake, and the handshakes that would tell why it fails.</summary>
public static class TlsReading
{
    private const int NamesMax = 2;

    /// <summary>nginx's handshake with an upstream failed, whatever the message.</summary>
    public static bool InHandshake(Incident incident) => incident.Phase == Phase.Tls && incident.Kind != SymptomKind.NoLiveUpstreams;

    /// <summary>The upstream ended the connection in the handshake and gave no reason.</summary>
    public static bool IsClosed(Incident incident)
        => InHandshake(incident) && !IsCertificateComplaint(incident)
            && (incident.TlsRefusal == TlsRefusal.Closed || (incident.TlsRefusal == TlsRefusal.None && incident.Kind is SymptomKind.Reset or SymptomKind.ClosedEarly or SymptomKind.OtherMessage));

    /// <summary>The handshake stood, and nginx refused the certificate afterwards (ngx_http_upstream_ssl_handshake).</summary>
    public static bool IsCertificateComplaint(Incident incident)
        => InHandshake(incident) && (IsVerifyError(incident) || IsNameComplaint(incident) || incident.TlsRefusal == TlsRefusal.ServerCertificate);

    public static bool IsVerifyError(Incident incident) => incident.Candidates.Contains("tls-expired-certificate");

    public static bool IsNameComplaint(Incident incident) => incident.Candidates.Contains("tls-name-mismatch");

    public static TlsSettings? Settings(Incident incident)
    {
        if (incident.Location is not { Kind: PassKind.Proxy or PassKind.Grpc or PassKind.Uwsgi } location)
        {
            return null;
        }

        var prefix = location.DirectivePrefix;
        var name = Evaluate(location.Effective($"{prefix}_ssl_name").Value ?? "$proxy_host", incident, location);
        var trusted = location.Effective($"{prefix}_ssl_trusted_certificate").Value ?? "";
        return new(
            name,
            location.Effective($"{prefix}_ssl_server_name").IsOn && name is not null && !IsAddress(name) ? name : "",
            Protocols(location.Effective($"{prefix}_ssl_protocols"), incident.Instance.Release?.Core),
            location.Effective($"{prefix}_ssl_ciphers") is { IsDefault: false, Value: { } ciphers } && ciphers != "DEFAULT" ? ciphers : "",
            location.Effective($"{prefix}_ssl_verify").IsOn,
            trusted.Length == 0 || trusted.StartsWith('/') || incident.Instance.FromFiles ? trusted : $"{incident.Instance.ConfigPath[..(incident.Instance.ConfigPath.LastIndexOf('/') + 1)]}{trusted}",
            location.Effective($"{prefix}_ssl_verify_depth").AsNumber ?? 1,
            location.Effective($"{prefix}_ssl_certificate").Value is { Length: > 0 });
    }

    /// <summary>Names under which the upstream may know itself, the likeliest first: those that the configuration gives to this upstream, then the client's.</summary>
    public static IReadOnlyList<string> Names(Incident incident)
    {
        if (incident.Location is not { } location)
        {
            return [];
        }

        var header = location.Effective("proxy_set_header").All?.LastOrDefault(set => set.Count == 2 && set[0].Equals("Host", StringComparison.OrdinalIgnoreCase))?[1];
        string?[] names =
        [
            Settings(incident)?.Name is { } name && name != location.Group?.Name ? name : null,
            PassHost(location) is { } host && host != location.Group?.Name ? host : null,
            .. location.Peers.Where(target => incident.Peer is null || target.Endpoint?.Port == incident.Peer.Port).Select(target => target.Endpoint is { IsName: true } peer ? peer.Host : null),
            header is null ? null : Evaluate(header, incident, location),
        ];
        return Known(names) is { Count: > 0 } known ? known : Known([incident.Host]);
    }

    private static List<string> Known(IEnumerable<string?> names)
        => [.. names.OfType<string>().Select(WithoutPort).Where(name => name.Contains('.', StringComparison.Ordinal) && !IsAddress(name) && !name.Contains('$', StringComparison.Ordinal)).Distinct(StringComparer.OrdinalIgnoreCase).Take(NamesMax)];

    /// <summary>
    /// The handshake that nginx makes, but for a client certificate, whose key is not ours to use. Null when the peer or the name is not known.
    /// A name is looked up first: where it has other addresses than nginx's by now, one of those is asked.
    /// </summary>
    public static TlsHandshake? AsNginx(Incident incident, Observations seen)
        => Settings(incident) is { Name: not null } settings && Peer(incident, seen) is { } peer
            ? new(peer, settings.ServerName) { ThroughPid = incident.Instance.NetworkThrough, Protocols = settings.Protocols, Ciphers = settings.Ciphers, TrustedCertificate = settings.Verifies ? settings.TrustedCertificate : "" }
            : null;

    /// <summary>The same with a name.</summary>
    public static IEnumerable<TlsHandshake> WithNames(Incident incident, Observations seen)
        => AsNginx(incident, seen) is { } own ? Names(incident).Where(name => name != own.ServerName).Select(name => own with { ServerName = name }) : [];

    /// <summary>Everything that this OpenSSL offers, with the likeliest name.</summary>
    public static TlsHandshake? Generous(Incident incident, Observations seen)
        => AsNginx(incident, seen) is { } own ? own with { ServerName = own.ServerName.Length > 0 ? own.ServerName : Names(incident).FirstOrDefault() ?? "", Protocols = "", Ciphers = "" } : null;

    /// <summary>RFC 6125, 6.4.3, as X509_check_host does it: a star stands for one whole first label.</summary>
    public static bool Covers(IReadOnlyList<string> names, string wanted)
        => names.Any(name => name.Equals(wanted, StringComparison.OrdinalIgnoreCase)
            || (name.StartsWith("*.", StringComparison.Ordinal) && wanted.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && wanted[dot..].Equals(name[1..], StringComparison.OrdinalIgnoreCase)));

    public static bool IsAddress(string name) => IPAddress.TryParse(name.Trim('[', ']'), out _);

    /// <summary>Defaults changed: 1.3 is on by default from 1.23.4, 1.0 and 1.1 are off from 1.27.3 (directives.tsv). Without a version nothing is taken for granted.</summary>
    private static string Protocols(EffectiveValue value, Version? version)
        => value.IsSet ? string.Join(' ', value.Arguments)
            : version is null ? ""
            : version >= new Version(1, 27, 3) ? "TLSv1.2 TLSv1.3"
            : version >= new Version(1, 23, 4) ? "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3"
            : "TLSv1 TLSv1.1 TLSv1.2";

    private static string? Peer(Incident incident, Observations seen)
    {
        if (incident.Peer is not { IsUnix: false, Port: > 0 } peer)
        {
            return null;
        }

        if (NameReading.Question(incident) is not { } question)
        {
            return peer.ToString();
        }

        var answered = seen.Ask(question);
        return answered.Outcome == Outcome.Wanted ? null
            : answered.FactOrNull is { Addresses: [var fresh, ..] addresses } && !addresses.Any(address => NameReading.Same(address, peer)) && IPAddress.TryParse(fresh, out var other) ? Endpoint.Of(other, peer.Port).ToString()
            : peer.ToString();
    }

    private static string? Evaluate(string value, Incident incident, ProxiedLocation location) => value switch
    {
        "$proxy_host" or "$host:$proxy_port" => PassHost(location),
        "$host" or "$http_host" or "$ssl_server_name" => incident.Host is { } host ? WithoutPort(host) : null,
        "$server_name" => incident.Server is { Length: > 0 } server ? server : null,
        _ => value.Contains('$', StringComparison.Ordinal) ? null : WithoutPort(value),
    };

    /// <summary>$proxy_host: the host of the pass directive, which is the group's name where it names a group.</summary>
    private static string? PassHost(ProxiedLocation location)
    {
        if (location.HasVariables && location.PossibleTargets.Count != 1)
        {
            return location.Peers is [{ Endpoint: { IsUnix: false, Host: { } only } }] ? only : null;
        }

        return location.Group?.Name ?? location.Peers.Select(target => target.Endpoint?.Host).FirstOrDefault();
    }

    private static string WithoutPort(string name)
        => name.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && name.IndexOf(':', colon + 1) < 0 ? name[..colon] : name;
}
