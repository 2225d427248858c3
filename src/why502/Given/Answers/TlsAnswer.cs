using Why502.Diagnosis;
using Why502.Diagnosis.Readings;
using Why502.Logs;
using Why502.Logs.Commands;
using Why502.Nginx;

namespace Why502.Cli.Given.Answers;

/// <summary>Handshakes and certificates, from <c>openssl s_client</c>, <c>openssl x509</c> and <c>curl -v</c>.</summary>
internal sealed class TlsAnswer : IGivenAnswer
{
    public GivenFact? Answer(Question question, GivenRecords records)
        => question is not TlsHandshake ask ? null
            : records.Of<TlsShown>().FirstOrDefault(shown => Answers(shown, ask)) is { } fitting ? new(Fact(fitting), fitting)
            : ask is { ServerName: "", Protocols: "", Ciphers: "" } && records.Of<Trial>().LastOrDefault(trial => IsAnswered(trial, ask)) is { } answered ? new(new TlsFact(ProbeOutcome.Ok, null, null, null, [], null, null, null, 0), answered)
            : null;

    /// <summary>Who got an HTTP status by https has shaken hands.</summary>
    private static bool IsAnswered(Trial trial, TlsHandshake ask)
        => trial is { OverTls: true, End: TrialEnd.Connected, Status: not null } && Endpoint.TryParse(ask.Address, 0, out var peer) && TrialAnswer.IsAt(trial, peer);

    private static bool Answers(TlsShown shown, TlsHandshake ask)
    {
        var peer = Endpoint.TryParse(ask.Address, 443, out var endpoint) ? endpoint : null;
        if (shown.Host is { } host && TlsReading.IsAddress(host) && (peer?.Host != host || (shown.Port is { } port && port != peer.Port)))
        {
            return false;
        }

        // A handshake without a name of its own in the output had the host's, since OpenSSL 1.1.1.
        var name = shown.ServerName ?? (shown.Host is { } called && !TlsReading.IsAddress(called) ? called : null);
        var sameName = shown.IsFile || (name is null ? ask.ServerName.Length > 0 : name.Equals(ask.ServerName, StringComparison.OrdinalIgnoreCase));

        // What was agreed on among everything offered does not tell what a narrower offer gets.
        var sameOffer = ask.Ciphers.Length == 0 && (ask.Protocols.Length == 0 || shown.Protocol is null || ask.Protocols.Split(' ').Contains(shown.Protocol));
        return sameName && sameOffer;
    }

    private static TlsFact Fact(TlsShown shown)
    {
        var failed = shown.Reason is not null || (shown.Alert is not null && shown.Protocol is null);
        return new(failed ? ProbeOutcome.TlsFailed : ProbeOutcome.Ok, failed ? Clean(shown.Reason) ?? $"alert {shown.Alert}" : null, shown.Protocol, Clean(shown.Subject), [.. shown.Names.Select(name => Clean(name)!)], shown.NotBefore, shown.NotAfter, null, 0)
        {
            Refusal = failed ? TlsRefusals.Of(shown.Reason, shown.ReasonCode, shown.Alert) : TlsRefusal.None,
            Alert = shown.Alert,
            CertificateRequested = shown.CertificateRequested ? true : null,
            Issuer = Clean(shown.Issuer),
            SelfSigned = shown.Subject is not null && shown.Subject == shown.Issuer,
            AddressNames = [.. shown.AddressNames.Select(name => Clean(name)!)],
            CertificatesSent = shown.CertificatesSent,
        };
    }

    private static string? Clean(string? text) => text is null ? null : Redactor.Text(Sanitizer.Line(text));
}
