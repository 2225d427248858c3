using Why502.Diagnosis;

namespace Why502.Reports;

/// <summary>One line for every cause that a message of nginx can be a symptom of, declared or not, so that a pasted line never leads nowhere.</summary>
internal static class CauseNames
{
    /// <summary>Whether a cause that is not declared can show in a phase; the table of messages lists a message's causes for all its phases.</summary>
    public static bool FitsPhase(string id, Phase phase) => id switch
    {
        "upstream-stalled" or "response-truncated" => phase is Phase.Body or Phase.Upgraded,
        "upgrade-failed" => phase is Phase.Upgraded or Phase.Header,
        "send-timeout" or "request-too-large-for-upstream" => phase == Phase.Send,
        "host-unreachable" or "container-loopback" or "access-control-denied" or "ephemeral-ports-exhausted" or "connection-tracking-full" or "dns-stale-address" => phase == Phase.Connect,
        _ when id.StartsWith("tls-", StringComparison.Ordinal) => phase == Phase.Tls,
        _ when id.StartsWith("dns-", StringComparison.Ordinal) => phase is Phase.Resolve or Phase.Connect,
        _ => true,
    };

    public static string? Of(string id) => id switch
    {
        "container-loopback" => "the port listens in another network namespace, such as a container's",
        "host-unreachable" => "the kernel has no route to the address, or its network is down",
        "access-control-denied" => "SELinux, AppArmor or seccomp denies the connection; a denial record proves it",
        "dns-name-not-found" => "the upstream's name does not resolve",
        "dns-resolver-missing" => "a variable in the pass directive needs a resolver, and none is set",
        "dns-resolver-unreachable" => "the configured resolver does not answer, or refuses",
        "dns-stale-address" => "the name now has other addresses than nginx looked up at its start",
        "upstream-stalled" => "the app began to answer and then stopped sending",
        "send-timeout" => "the app does not read the request",
        "client-gave-up" => "the client left before the app answered",
        "worker-crashed" => "a process of the app died while it served the request: its log or the kernel's shows it",
        "worker-out-of-memory" => "a process of the app was killed for memory, or ran into its own memory limit",
        "worker-killed-by-timeout" => "the app server's own time limit ended the worker: its log says so",
        "keepalive-race" => "only reused connections fail, and the app closes idle ones sooner than nginx",
        "invalid-response" => "what the app sends is not a valid response of the protocol",
        "protocol-mismatch" => "nginx speaks another protocol than the port does",
        "upstream-answered-error" => "the status is the upstream's own; no error line belongs to it",
        "response-truncated" => "the app closed in the middle of the body",
        "h2-stream-rejected" => "the HTTP/2 or gRPC upstream refused or reset the stream",
        "upgrade-failed" => "the WebSocket handshake does not get through, or an idle tunnel is cut",
        "tls-untrusted-certificate" => "the upstream's certificate chain is not trusted by nginx's list",
        "tls-expired-certificate" => "the upstream's certificate has ended, or is not valid yet",
        "tls-name-mismatch" => "the upstream's certificate is for another name",
        "tls-sni-missing" => "the handshake succeeds when the right server name is sent",
        "tls-plaintext-upstream" => "the upstream's port does not speak TLS",
        "tls-protocol-mismatch" => "no TLS version or cipher in common",
        "tls-client-certificate-required" => "the upstream asks for a client certificate",
        "worker-connections-exhausted" => "nginx ran out of worker_connections",
        "file-descriptors-exhausted" => "no file descriptor was left",
        "ephemeral-ports-exhausted" => "no local port was left towards the upstream",
        "connection-tracking-full" => "the kernel's connection table was full; its log says so",
        "host-memory-exhausted" => "the machine had no memory left",
        "disk-full" => "no space or no inodes were left",
        "upstream-connection-limit" => "every peer answers, and max_conns is reached",
        "upstream-marked-down" => "the remaining servers are marked down",
        "passive-check-poisoned" => "one kind of request marks healthy peers as failed for all",
        "nginx-worker-crashed" => "a worker process of nginx itself died",
        "host-overloaded" => "unrelated apps of the machine are slow too, under measured pressure",
        "temp-path-unwritable" => "nginx's temp directory is not writable for its workers",
        "config-invalid" => "nginx refuses the configuration: it does not start, or the reload kept the old one",
        "config-not-reloaded" => "the file was changed after the running workers loaded it",
        "proxy-uri-rewrite" => "the app answers the original path and not the mapped one",
        "redirect-or-loop" => "nginx passes requests to itself",
        "request-too-large-for-upstream" => "the upstream closes while nginx still sends a body or header larger than it takes",
        "rate-limited" => "limit_req or limit_conn refused the request",
        "auth-subrequest-failed" => "the auth_request answered neither 2xx nor 401 or 403",
        "internal-redirect-cycle" => "rewrite, try_files, index or error_page go round in circles",
        "status-from-config" => "the configuration itself answers with this status",
        "wrong-server-block" => "another server or location serves the request than its host suggests",
        "proxy-protocol-mismatch" => "one side speaks the PROXY protocol and the other does not expect it",
        "reload-cut" => "a reload or restart cut requests that were under way",
        "upgrade-changed-default" => "the failures began with a newer nginx and its other defaults",
        "other" => "none of the causes: the message says itself what has to be mended, such as code that ended with an error",
        _ => null,
    };
}
