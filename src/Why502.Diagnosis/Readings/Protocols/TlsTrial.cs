namespace Why502.Diagnosis.Readings;

public enum TlsTrialResult
{
    /// <summary>No handshake could be tried, or what it showed says nothing.</summary>
    Unknown,

    /// <summary>nginx's handshake would succeed now.</summary>
    Fine,

    /// <summary>It succeeds with the name that <see cref="TlsTrial.Name"/> holds.</summary>
    NeedsName,

    /// <summary>It succeeds with other versions or ciphers.</summary>
    NeedsOtherOffer,

    NotTls,

    /// <summary>The connection stands and nothing ever comes back.</summary>
    Silent,

    /// <summary>The upstream asked for a client certificate and broke off without one.</summary>
    WantsCertificate,

    /// <summary>The upstream breaks off whatever is offered; <see cref="TlsTrial.Fact"/> says how.</summary>
    Refused,

    Expired,

    WrongName,

    Untrusted,
}

/// <summary>
/// What handshakes with the upstream show: first the one that nginx makes, then with a name, then with everything offered. The first
/// difference that mends it is the answer, which is what the causes of a failed handshake are told apart by.
/// </summary>
/// <param name="Fact">The handshake that showed it.</param>
/// <param name="Name">The name that was sent in it; of <see cref="TlsTrialResult.WrongName"/> the upstream's own name that the certificate carries, if it does.</param>
public sealed record TlsTrial(TlsTrialResult Result, TlsFact? Fact = null, string? Name = null)
{
    private static readonly TlsTrial Nothing = new(TlsTrialResult.Unknown);

    /// <param name="scales">Learns which handshake could not be observed.</param>
    public static TlsTrial Of(Incident incident, Observations seen, Scales scales)
    {
        if (TlsReading.AsNginx(incident, seen) is not { } question || TlsReading.Settings(incident) is not { } settings)
        {
            return Nothing;
        }

        var observed = seen.Ask(question);
        scales.Weigh(observed, _ => Weight.None);
        if (!observed.Saw(out var own) || own.Outcome is ProbeOutcome.Refused or ProbeOutcome.Unreachable or ProbeOutcome.PermissionDenied || own is { Outcome: ProbeOutcome.TimedOut, Silent: false })
        {
            return Nothing;
        }

        // After a certificate complaint the certificate is judged whatever the configuration says now.
        var verifies = settings.Verifies || TlsReading.IsCertificateComplaint(incident);
        var complaint = Complaint(own, settings.Name!, settings.VerifyDepth, verifies, seen.Now);
        if (complaint is null)
        {
            return new(TlsTrialResult.Fine, own, question.ServerName);
        }

        if (own.Refusal == TlsRefusal.NotTls)
        {
            return new(TlsTrialResult.NotTls, own);
        }

        if (own is { Outcome: ProbeOutcome.TimedOut, Silent: true })
        {
            return new(TlsTrialResult.Silent, own);
        }

        // The certificate that is presented carries the upstream's name as it is: no other name need be sent, only compared.
        if (complaint == TlsTrialResult.WrongName && TlsReading.Names(incident).FirstOrDefault(name => TlsReading.Covers(own.Names, name)) is { } carried)
        {
            return new(TlsTrialResult.WrongName, own, carried);
        }

        return Named(incident, settings, verifies, seen) ?? (own.Outcome == ProbeOutcome.Ok ? new(complaint.Value, own) : Offered(incident, settings, own, seen));
    }

    private static TlsTrial? Named(Incident incident, TlsSettings settings, bool verifies, Observations seen)
    {
        foreach (var question in TlsReading.WithNames(incident, seen))
        {
            if (seen.Ask(question).Saw(out var named) && Complaint(named, question.ServerName, settings.VerifyDepth, verifies, seen.Now) is null)
            {
                return new(TlsTrialResult.NeedsName, named, question.ServerName);
            }
        }

        return null;
    }

    private static TlsTrial Offered(Incident incident, TlsSettings settings, TlsFact own, Observations seen)
    {
        if (!settings.HasCertificate && (Asks(own) ?? TlsReading.WithNames(incident, seen).Select(question => Asks(seen.Known(question))).FirstOrDefault(fact => fact is not null)) is { } asking)
        {
            return new(TlsTrialResult.WantsCertificate, asking);
        }

        if (TlsReading.Generous(incident, seen) is not { } generous || !seen.Ask(generous).Saw(out var offered))
        {
            return Nothing;
        }

        return offered.Outcome == ProbeOutcome.Ok ? new(TlsTrialResult.NeedsOtherOffer, offered, generous.ServerName)
            : !settings.HasCertificate && Asks(offered) is { } also ? new(TlsTrialResult.WantsCertificate, also)
            : new(TlsTrialResult.Refused, offered);
    }

    private static TlsFact? Asks(TlsFact? fact) => fact is { CertificateRequested: true, Outcome: not ProbeOutcome.Ok } ? fact : null;

    /// <summary>What nginx would find wrong with a handshake; null when nothing. Its order: the chain with its dates, then the name.</summary>
    private static TlsTrialResult? Complaint(TlsFact fact, string name, int depth, bool verifies, DateTimeOffset now)
        => fact.Outcome != ProbeOutcome.Ok ? TlsTrialResult.Refused
            : !verifies ? null
            : fact.ChainTrusted == false || fact.Depth > depth ? TlsTrialResult.Untrusted
            : fact.NotAfter < now || fact.NotBefore > now || fact.ExpiredIssuer is not null ? TlsTrialResult.Expired
            : fact.Names.Count > 0 && !TlsReading.Covers(fact.Names, name) ? TlsTrialResult.WrongName
            : null;
}
