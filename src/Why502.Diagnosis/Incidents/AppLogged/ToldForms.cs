using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>What people's sentences are symptoms of. A person's word is seldom strong: whoever tells of it knows what was seen, and guesses what it was.</summary>
internal static class ToldForms
{
    /// <summary>Two names or numbers that differ are read, not guessed.</summary>
    private static ReportedCause Sure(string id) => new(id, Weight.Strong);

    private static ReportedCause Likely(string id) => new(id, Weight.Moderate);

    private static ReportedCause Maybe(string id) => new(id, Weight.Weak);

    public static ReportedForm? Of(AppEventKind kind) => kind switch
    {
        AppEventKind.FilterTold => new(6, Phase.Connect, Side.Upstream, How.Refused, Likely("firewall-blocked")),
        AppEventKind.PolicyTold => new(6, Phase.Connect, Side.Nginx, How.Denied, Likely("access-control-denied")),
        AppEventKind.AddressHeldTold => new(7, Phase.Connect, Side.Upstream, How.Refused, Likely("dns-stale-address"), Maybe("config-not-reloaded")),
        AppEventKind.NameElsewhereTold => new(7, Phase.Connect, Side.Upstream, How.Refused, Likely("upstream-wrong-address")),
        AppEventKind.NameUselessTold => new(7, Phase.Resolve, Side.Nginx, How.Invalid, Likely("dns-name-not-found"), Likely("dns-resolver-unreachable")),
        AppEventKind.NameUnknownTold => new(7, Phase.Resolve, Side.Nginx, How.Invalid, Likely("dns-name-not-found"), Maybe("dns-resolver-unreachable")),
        AppEventKind.ResolverSilentTold => new(7, Phase.Resolve, Side.Nginx, How.Timeout, Likely("dns-resolver-unreachable")),
        AppEventKind.FamilyElsewhereTold => new(7, Phase.Connect, Side.Upstream, How.Refused, Likely("loopback-mismatch")),
        AppEventKind.ContainerLoopbackTold => new(7, Phase.Connect, Side.Upstream, How.Refused, Likely("container-loopback")),
        AppEventKind.SocketElsewhereTold => new(7, Phase.Connect, Side.Upstream, How.Refused, Likely("socket-path-mismatch")),
        AppEventKind.SocketAbsentTold => new(7, Phase.Connect, Side.Upstream, How.Refused, Likely("socket-missing"), Maybe("upstream-down")),
        AppEventKind.PortElsewhereTold => new(7, Phase.Connect, Side.Upstream, How.Refused, Likely("upstream-wrong-address")),
        AppEventKind.PodsUnselectedTold => new(4, Phase.Connect, Side.Upstream, How.Refused, Sure("upstream-wrong-address")),
        AppEventKind.DownTold => new(8, Phase.Connect, Side.Upstream, How.Refused, Likely("upstream-down")),
        AppEventKind.CrashTold => new(7, Phase.Header, Side.Upstream, How.Closed, Likely("worker-crashed")),
        AppEventKind.WorkerEndedTold => new(7, Phase.Header, Side.Upstream, How.Closed, Likely("worker-killed-by-timeout"), Maybe("worker-pool-exhausted")),
        AppEventKind.MemoryTold => new(7, Phase.Header, Side.Upstream, How.Closed, Likely("worker-out-of-memory"), Maybe("host-memory-exhausted")),
        AppEventKind.KeptConnectionTold => new(7, Phase.Header, Side.Upstream, How.Closed, Likely("keepalive-race")),
        AppEventKind.CutShortTold => new(7, Phase.Body, Side.Upstream, How.Closed, Likely("response-truncated")),
        AppEventKind.ProxyHeaderTold => new(7, Phase.Header, Side.Client, How.Invalid, Likely("proxy-protocol-mismatch")),
        AppEventKind.ClientCertificateTold => new(7, Phase.Tls, Side.Upstream, How.Denied, Likely("tls-client-certificate-required")),
        AppEventKind.PathMappedTold => new(7, Phase.Header, Side.Nginx, How.Invalid, Likely("proxy-uri-rewrite")),
        AppEventKind.LoopTold => new(7, Phase.Header, Side.Nginx, How.Limit, Likely("redirect-or-loop")),
        AppEventKind.OtherServerTold => new(7, Phase.Header, Side.Nginx, How.Invalid, Likely("wrong-server-block")),
        AppEventKind.OldSettingsTold => new(7, Phase.Connect, Side.Nginx, How.Invalid, Likely("config-not-reloaded")),
        AppEventKind.UpstreamAnsweredTold => new(8, Phase.Header, Side.Upstream, How.Invalid, Likely("upstream-answered-error")),
        AppEventKind.WaitTooShortTold => new(7, Phase.Header, Side.Upstream, How.Timeout, Likely("timeout-too-short"), Likely("upstream-slow")),
        AppEventKind.PoolBusyTold => new(7, Phase.Header, Side.Upstream, How.Limit, Likely("worker-pool-exhausted")),
        AppEventKind.MachineBusyTold => new(8, Phase.Header, Side.Upstream, How.Timeout, Likely("host-overloaded")),
        AppEventKind.HeaderTooBigTold => new(7, Phase.Header, Side.Upstream, How.Invalid, Likely("response-header-too-big")),
        AppEventKind.ResolverMissingTold => new(7, Phase.Resolve, Side.Nginx, How.Invalid, Likely("dns-resolver-missing")),
        AppEventKind.SocketDeniedTold => new(7, Phase.Connect, Side.Nginx, How.Denied, Likely("socket-permission-denied")),
        AppEventKind.UnreachableTold => new(6, Phase.Connect, Side.Upstream, How.Refused, Likely("host-unreachable")),
        AppEventKind.NginxCrashTold => new(6, Phase.Header, Side.Nginx, How.Closed, Likely("nginx-worker-crashed")),
        AppEventKind.ClosedEarlyTold => new(8, Phase.Header, Side.Upstream, How.Closed, Likely("upstream-closed-early")),
        AppEventKind.StalledTold => new(7, Phase.Body, Side.Upstream, How.Timeout, Likely("upstream-stalled")),
        AppEventKind.ReloadCutTold => new(7, Phase.Header, Side.Upstream, How.Closed, Likely("reload-cut")),
        AppEventKind.ClientGoneTold => new(7, Phase.Header, Side.Client, How.Closed, Likely("client-gave-up")),
        AppEventKind.OtherProtocolTold => new(7, Phase.Header, Side.Nginx, How.Invalid, Likely("protocol-mismatch")),
        AppEventKind.PlainUpstreamTold => new(7, Phase.Tls, Side.Nginx, How.Invalid, Likely("tls-plaintext-upstream")),
        AppEventKind.NameNotSentTold => new(7, Phase.Tls, Side.Nginx, How.Invalid, Likely("tls-sni-missing")),
        AppEventKind.CertificateExpiredTold => new(7, Phase.Tls, Side.Upstream, How.Invalid, Likely("tls-expired-certificate")),
        AppEventKind.CertificateUntrustedTold => new(7, Phase.Tls, Side.Upstream, How.Invalid, Likely("tls-untrusted-certificate")),
        AppEventKind.ConfigurationTold => new(7, Phase.Connect, Side.Nginx, How.Invalid, Likely("config-invalid")),
        AppEventKind.ReturnTold => new(7, Phase.Header, Side.Nginx, How.Invalid, Likely("status-from-config")),
        AppEventKind.CycleTold => new(7, Phase.Header, Side.Nginx, How.Limit, Likely("internal-redirect-cycle")),
        AppEventKind.MarkedDownTold => new(7, Phase.Connect, Side.Nginx, How.Limit, Likely("upstream-marked-down")),
        AppEventKind.DefaultChangedTold => new(7, Phase.Header, Side.Nginx, How.Invalid, Likely("upgrade-changed-default")),
        AppEventKind.FilesTold => new(7, Phase.Connect, Side.Nginx, How.Limit, Likely("file-descriptors-exhausted")),
        AppEventKind.ConnectionsTold => new(7, Phase.Connect, Side.Nginx, How.Limit, Likely("worker-connections-exhausted")),
        AppEventKind.PortsUsedUpTold => new(7, Phase.Connect, Side.Nginx, How.Limit, Likely("ephemeral-ports-exhausted")),
        AppEventKind.TempPathTold => new(7, Phase.Body, Side.Nginx, How.Denied, Likely("temp-path-unwritable")),
        AppEventKind.RequestTooLargeTold => new(7, Phase.Send, Side.Upstream, How.Closed, Likely("request-too-large-for-upstream")),
        AppEventKind.RateTold => new(7, Phase.Header, Side.Nginx, How.Limit, Likely("rate-limited")),
        _ => null,
    };
}
