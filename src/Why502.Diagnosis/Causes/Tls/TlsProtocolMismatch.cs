using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Tls;

/// <summary>nginx and the upstream have no TLS version, or no cipher, in common.</summary>
public sealed class TlsProtocolMismatch : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "tls-protocol-mismatch",
        Family = CauseFamily.Tls,
        Title = "nginx and the upstream have no TLS version or cipher in common",
        Explanation = """
            nginx offers the versions of proxy_ssl_protocols and the ciphers of proxy_ssl_ciphers (ssl_protocols is for clients only). Before
            nginx 1.23.4 the default does not contain TLSv1.3, since 1.27.3 it does not contain 1.0 and 1.1; OpenSSL 3 by itself refuses old
            versions, small keys and legacy renegotiation. The upstream answers with alert 70 (protocol version) or 71, or nginx's own
            OpenSSL says unsupported protocol, no protocols available, dh key too small, unsafe legacy renegotiation disabled.
            Disjoint ciphers give alert 40 only, like a missing server name (tls-sni-missing) or client certificate
            (tls-client-certificate-required): a handshake with everything offered decides.
            """,
        LookAlikes = ["tls-sni-missing", "tls-client-certificate-required", "tls-plaintext-upstream"],
        Remedy = "Offer a version and ciphers that both sides support: proxy_ssl_protocols, proxy_ssl_ciphers in this location; update the side that is old.",
        DoNot = "Do not lower OpenSSL's security level for the whole machine.",
        ProxyError = "tls_protocol_error",
        Statuses = ["502"],
        Example = new(
            "A server that speaks TLS 1.3 only, and an nginx whose default ends at 1.2.",
            "SSL_do_handshake() failed (SSL: error:0A00042E:SSL routines::tlsv1 alert protocol version:SSL alert number 70) while SSL handshaking to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"https://10.0.0.9:443/\", host: \"shop.example\"",
            "proxy_pass https://api.internal.example;",
            scene => scene.Tls("10.0.0.9:443", new() { Protocols = ["TLSv1.3"] })),
        NearMiss = new(
            "The upstream breaks off without saying why, and a name in the handshake mends it.",
            "SSL_do_handshake() failed (SSL: error:0A000410:SSL routines::sslv3 alert handshake failure:SSL alert number 40) while SSL handshaking to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"https://10.0.0.9:443/\", host: \"shop.example\"",
            "proxy_pass https://api.internal.example;",
            scene => scene.Tls("10.0.0.9:443", new() { NameRequired = true }),
            Expect: "tls-sni-missing"),
    };

    public override bool Applies(Incident incident)
        => TlsReading.InHandshake(incident) && !TlsReading.IsCertificateComplaint(incident)
            && (TlsReading.IsClosed(incident) || incident.TlsRefusal is TlsRefusal.Version or TlsRefusal.Strength or TlsRefusal.HandshakeFailure or TlsRefusal.Other);

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        // RFC 8446, 6.2: protocol_version and insufficient_security have one meaning each; OpenSSL's own reasons too (ssl/statem/statem_lib.c, ssl_choose_client_version; ssl/t1_lib.c).
        scales.Weigh("message", Sources.ErrorLog, incident.TlsRefusal switch
        {
            TlsRefusal.Version => Weight.Decisive.For($"{Reason(incident)}: no TLS version in common"),
            TlsRefusal.Strength => Weight.Decisive.For($"{Reason(incident)}: no cipher, key or signature in common that both sides accept"),
            _ => Weight.None,
        });
        if (TlsReading.Settings(incident) is not { } settings)
        {
            return;
        }

        WeighSettings(incident, settings, scales);
        NameReading.WeighMoved(incident, seen, scales);
        var trial = TlsTrial.Of(incident, seen, scales);
        scales.Weigh("handshake", Sources.Probe, trial switch
        {
            { Result: TlsTrialResult.NeedsOtherOffer } => Weight.Decisive.For($"a handshake that offers everything succeeds with {trial.Fact!.Protocol}; nginx offers {Offer(settings)}"),
            { Result: TlsTrialResult.Refused, Fact.Refusal: TlsRefusal.Version or TlsRefusal.Strength } => Weight.Strong.For($"a handshake that offers all this machine's OpenSSL has fails too: {trial.Fact.Error}"),
            { Result: TlsTrialResult.Refused or TlsTrialResult.Unknown } => Weight.None,
            { Result: TlsTrialResult.Fine } => Weight.Moderate.Against("the handshake that nginx makes succeeds now"),
            _ => Weight.Strong.Against("versions and ciphers are agreed on: the handshake fails, or succeeds, for another reason"),
        });
    }

    private static void WeighSettings(Incident incident, TlsSettings settings, Scales scales)
    {
        var prefix = incident.Location!.DirectivePrefix;
        var protocols = incident.Location.Effective($"{prefix}_ssl_protocols");
        if (protocols.IsSet && settings.Protocols.Split(' ') is var offered && !(offered.Contains("TLSv1.2") && offered.Contains("TLSv1.3")))
        {
            scales.Weigh("protocols", Sources.Config, Weight.Moderate.For($"{protocols} leaves versions out").At(protocols.At?.File, protocols.At?.Line));
        }

        if (settings.Ciphers.Length > 0)
        {
            var ciphers = incident.Location.Effective($"{prefix}_ssl_ciphers");
            scales.Weigh("ciphers", Sources.Config, Weight.Moderate.For($"{ciphers.Name} narrows the ciphers that nginx offers").At(ciphers.At?.File, ciphers.At?.Line));
        }
    }

    private static string Reason(Incident incident) => incident.TlsAlert is { } alert ? $"alert {alert}" : incident.TlsReason ?? "OpenSSL's reason";

    private static string Offer(TlsSettings settings)
        => $"{(settings.Protocols.Length == 0 ? "its default" : settings.Protocols)}{(settings.Ciphers.Length > 0 ? $" with {settings.Ciphers}" : "")}";

    public override string Describe(Incident incident, Observations seen) => $"nginx and {incident.UpstreamText} have no TLS version or cipher in common";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var prefix = TlsFix.Prefix(incident);
        var settings = TlsReading.Settings(incident);
        var trial = TlsTrial.Of(incident, seen, new Scales());
        var spoken = trial.Result == TlsTrialResult.NeedsOtherOffer ? trial.Fact?.Protocol : null;
        if (spoken is "TLSv1.2" or "TLSv1.3" && settings is { Ciphers.Length: > 0 } && settings.Protocols.Contains(spoken, StringComparison.Ordinal))
        {
            return With(incident, $"Take the limit off {prefix}_ssl_ciphers in this location: the upstream has none of them.", [("ssl_ciphers", ["DEFAULT"])]);
        }

        if (spoken is "TLSv1.2" or "TLSv1.3" && Narrowing(incident, prefix) is { Count: > 0 } commands)
        {
            return new Fix
            {
                Summary = $"Take {string.Join(" and ", commands.Select(command => $"{command.Name} {string.Join(' ', command.Arguments)} ({command.At})"))} out: OpenSSL obeys it whatever {prefix}_ssl_protocols says.",
                Edits = ConfigurationEdit.Apply(incident.Configuration!, [.. commands.Select(command => new Edit.Remove(command)), new Edit.Set(incident.Location!.Location?.Block ?? incident.Location.Server.Block, $"{prefix}_ssl_protocols", ["TLSv1.2", "TLSv1.3"])]).Files,
                Steps = [TlsFix.Reload(incident)],
            };
        }

        // Alert 70 from the upstream, and nginx does not offer 1.3: that is what it misses.
        if (spoken is "TLSv1.2" or "TLSv1.3" || (incident.TlsAlert == 70 && settings is { Protocols.Length: > 0 } && !settings.Protocols.Contains("TLSv1.3", StringComparison.Ordinal)))
        {
            return With(incident, $"Offer TLS 1.2 and 1.3 in this location: {prefix}_ssl_protocols TLSv1.2 TLSv1.3.", [("ssl_protocols", ["TLSv1.2", "TLSv1.3"])]);
        }

        return new Fix
        {
            Summary = "Find the version and ciphers that the upstream speaks, and offer them in this location alone.",
            Steps =
            [
                TlsFix.Look(incident, "See what the upstream agrees to (Protocol and Cipher in the output)."),
                new($"Set {prefix}_ssl_protocols TLSv1.2 TLSv1.3 if it misses one of these. If it speaks nothing newer than TLS 1.1, or its key is too small for OpenSSL 3, the upstream has to be updated."),
            ],
        };
    }

    /// <summary>SSL_CONF_cmd(3): commands that bound the versions, where they are in force for the location.</summary>
    private static List<Directive> Narrowing(Incident incident, string prefix)
    {
        for (var block = incident.Location?.Block; block is not null; block = block.Parent)
        {
            if ((block.Block ?? []).Where(directive => directive.Name == $"{prefix}_ssl_conf_command").ToList() is { Count: > 0 } here)
            {
                return [.. here.Where(command => command.Arguments is ["MaxProtocol" or "MinProtocol" or "Protocol", ..])];
            }
        }

        return [];
    }

    private static Fix With(Incident incident, string summary, (string, string[])[] settings)
        => new() { Summary = summary, Edits = TlsFix.Set(incident, settings), Steps = [TlsFix.Reload(incident)] };
}
