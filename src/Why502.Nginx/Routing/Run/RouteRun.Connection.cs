using System.Globalization;

namespace Why502.Nginx.Routing;

/// <summary>From the connection to the virtual server: ngx_http_init_connection, ngx_http_process_request_line, ngx_http_process_request_header.</summary>
internal sealed partial class RouteRun
{
    /// <summary>The servers on the address; null when nothing listens there.</summary>
    private IReadOnlyList<Server>? Connect()
    {
        if (request.Listen is null)
        {
            var all = request.Tls && table.Servers.Any(s => s.Ssl) ? [.. table.Servers.Where(s => s.Ssl)] : table.Servers;
            return all.Count == 0 ? null : all;
        }

        listenAddress = table.Listens.Find(request.Listen);
        if (listenAddress is null)
        {
            Step("server", $"nothing listens on {request.Listen}", null);
        }

        return listenAddress?.Servers;
    }

    private void Process(IReadOnlyList<Server> candidates, Server? forced)
    {
        var first = forced ?? listenAddress?.Default ?? candidates.FirstOrDefault(s => s.Listens.Any(l => l.IsDefault)) ?? candidates[0];
        server = scope = table.ScopeOf(first);
        var names = forced is null ? listenAddress?.Names(request.MachineName) ?? new ServerNames(candidates, request.MachineName) : null;
        if (ReadRequest(first, names) is { } next)
        {
            RunPhases(next);
        }
        else
        {
            validLocation = true;
            RunPhases(Phase.ServerRewrite);
        }
    }

    /// <summary>Null when the request is accepted; else where its refusal leads.</summary>
    private Phase? ReadRequest(Server first, ServerNames? names)
    {
        var version = request.HttpVersion ?? (request.Host is null && !request.Uri.Contains("://", StringComparison.Ordinal) ? "1.0" : "1.1");
        var line = $"{request.Method} {request.Uri}" + (version == "0.9" ? string.Empty : $" HTTP/{version}");
        if (listenAddress is not null && request.Tls && !IsSsl(first))
        {
            Step("server", $"{listenAddress.Address} does not speak TLS: nginx cannot read the handshake", null);
            return Finalize(400, null);
        }

        if (request.Tls && request.Host is not null && names is not null && HostName.Of(ByteText.Of(request.Host)) is { } indicated)
        {
            // Server Name Indication: the name of the handshake chooses before the request line is read (ngx_http_ssl_servername).
            Choose(names.Find(indicated)?.Server ?? first);
        }

        target = RequestTarget.Parse(ByteText.Of(line));
        method = target.Method;
        if (target.Refused != 0)
        {
            Step("uri", $"nginx refuses the request line {ByteText.ToText(ByteText.Of(line))}", null);
            return Finalize(target.Refused, null);
        }

        if (!target.TryResolve(scope.Table.ScopeOf(server.Server).Flag("merge_slashes", true), out uri, out args))
        {
            uri = string.Empty;
            Step("uri", "the URI leads above the root, or has an invalid % escape", null);
            return Finalize(400, null);
        }

        unparsedUri = target.Unparsed;
        validUnparsedUri = target.IsUnparsedValid;
        quotedUri = target.IsQuoted;
        plusInUri = target.HasPlus;
        if (UriText() != ByteText.ToText(unparsedUri))
        {
            Step("uri", $"{ByteText.ToText(unparsedUri)} is read as {UriText()}", null);
        }

        return ReadHost(first, names);
    }

    private Phase? ReadHost(Server first, ServerNames? names)
    {
        if (target.Host is { } written)
        {
            if (HostName.Of(written) is not { } host)
            {
                return Finalize(400, "the request line's host is invalid");
            }

            hostName = host;
            Choose(first, names, host, "the request line's host");
        }

        if (target.HttpVersion >= 1000 && request.Host is { } header)
        {
            if (HostName.Of(ByteText.Of(header)) is not { } host)
            {
                return Finalize(400, "the Host header is invalid");
            }

            if (hostName.Length == 0)
            {
                hostName = host;
                Choose(first, names, host, "Host");
            }
        }
        else if (hostName.Length == 0)
        {
            Choose(first, names, string.Empty, "no Host");
        }

        if (target.HttpVersion > 1000 && request.Host is null)
        {
            return Finalize(400, "HTTP/1.1 demands a Host header");
        }

        return target.HttpVersion >= 1000 && method is "CONNECT" or "TRACE" ? Finalize(405, null) : Secure();
    }

    /// <summary>ngx_http_process_request: what a TLS address asks of every request.</summary>
    private Phase? Secure()
    {
        if (listenAddress is null)
        {
            return null;
        }

        if (!request.Tls && IsSsl(listenAddress.Default))
        {
            return Finalize(497, "a plain HTTP request came to a TLS address");
        }

        return request.Tls && server.InForce("ssl_verify_client")?.Arguments is ["on", ..]
            ? Finalize(496, "no client certificate was sent")
            : null;
    }

    private bool IsSsl(Server first) => listenAddress!.Ssl || table.ScopeOf(first).Flag("ssl", false);

    private void Choose(Server first, ServerNames? names, string host, string source)
    {
        if (names is null)
        {
            Step("server", "the server is given", server.Block.At);
            return;
        }

        var shown = host.Length == 0 ? source : $"{source} {ByteText.ToText(host)}";
        if (names.Find(host) is { } found)
        {
            if (found.Pattern is not null)
            {
                Matches(found.Pattern, host);
            }

            Choose(found.Server);
            Step("server", string.Create(CultureInfo.InvariantCulture, $"{shown}: server_name {ByteText.ToText(found.Name)}, {found.How}"), server.Block.At);
            return;
        }

        Choose(first);
        Step("server", $"{shown}: no server has this name, so {(listenAddress?.IsDefaultMarked == true ? "the default_server" : "the first server")} of {listenAddress?.Address ?? "all"} answers", server.Block.At);
    }

    private void Choose(Server chosen) => server = scope = table.ScopeOf(chosen);
}
