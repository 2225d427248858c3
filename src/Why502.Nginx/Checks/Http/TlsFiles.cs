namespace Why502.Nginx.Checks.Http;

/// <summary>The files that nginx has OpenSSL load when blocks are merged. Its messages name no place; ours guess the directive.</summary>
internal readonly struct TlsFiles(BlockEnd end)
{
    private static readonly HashSet<string> CommandNames = new(
        ("CipherString Ciphersuites Curves Groups ECDHParameters DHParameters MinProtocol MaxProtocol Protocol Options SignatureAlgorithms ClientSignatureAlgorithms Certificate PrivateKey "
        + "ServerInfoFile ChainCAPath ChainCAFile VerifyCAPath VerifyCAFile VerifyMode RequestCAFile ClientCAFile RequestCAPath ClientCAPath RecordPadding NumTickets").Split(' '),
        StringComparer.OrdinalIgnoreCase);

    /// <summary>ngx_ssl_certificate: the chain, then its key.</summary>
    public bool PairFits(Directive certificate, Directive key)
    {
        var (chain, secret) = (certificate.Arguments[0], key.Arguments[0]);
        if (!Loads(certificate, "cannot load certificate", chain, out var chainPath))
        {
            return false;
        }

        if (chainPath is not null && end.World.Certificate(chainPath) is { Fails: true } seen)
        {
            end.FailNowhere($"cannot load certificate \"{chainPath}\": {seen.Reason}", null, certificate);
            return false;
        }

        if (secret.StartsWith("engine:", StringComparison.Ordinal))
        {
            return true;
        }

        if (!Loads(key, "cannot load certificate key", secret, out var keyPath))
        {
            return false;
        }

        if (keyPath is not null && end.World.CertificateKey(keyPath, chainPath) is { Fails: true } keySeen)
        {
            end.FailNowhere(
                keySeen.Reason?.StartsWith("SSL_CTX_use_PrivateKey", StringComparison.Ordinal) == true ? keySeen.Reason : $"cannot load certificate key \"{keyPath}\": {keySeen.Reason}", null, key);
            return false;
        }

        return true;
    }

    /// <summary>SSL_CTX_set_cipher_list: an unknown word alone selects nothing. A word that looks like a cipher's name is believed.</summary>
    public bool CiphersFit(string list)
    {
        if (CipherList.SelectsAny(list))
        {
            return true;
        }

        end.FailNowhere($"SSL_CTX_set_cipher_list(\"{list}\") failed (SSL: error:0A0000B9:SSL routines::no cipher match)");
        return false;
    }

    /// <summary>ngx_ssl_client_certificate, ngx_ssl_trusted_certificate: SSL_CTX_load_verify_locations.</summary>
    public bool AuthoritiesFit(Directive directive) => Exists(directive, (path, reason) => $"SSL_CTX_load_verify_locations(\"{path}\") failed (SSL: {Opening(path, reason)} error:80000002:system library::No such file or directory error:05880002:x509 certificate routines::system lib)");

    /// <summary>ngx_ssl_crl: X509_LOOKUP_load_file.</summary>
    public bool RevocationsFit(Directive directive) => Exists(directive, (path, reason) => $"X509_LOOKUP_load_file(\"{path}\") failed (SSL: {Opening(path, reason)} error:05880002:x509 certificate routines::system lib)");

    /// <summary>ngx_ssl_dhparam and others that open a BIO by themselves.</summary>
    public bool Opens(Directive directive) => Exists(directive, (path, reason) => $"BIO_new_file(\"{path}\") failed (SSL: {Opening(path, reason)} {NoSuchFile(reason)})");

    /// <summary>SSL_CONF_cmd: names are compared without case, SSL_CONF_cmd(3).</summary>
    public bool CommandsFit(IEnumerable<Directive> commands)
    {
        foreach (var directive in commands)
        {
            var name = directive.Arguments[0];
            if (!CommandNames.Contains(name))
            {
                end.FailNowhere($"SSL_CONF_cmd(\"{name}\", \"{directive.Arguments[1]}\") failed (SSL: error:0A000182:SSL routines::unknown cmd name:cmd={name})", null, directive);
                return false;
            }
        }

        return true;
    }

    /// <summary>SSL_CTX_set1_curves_list.</summary>
    public bool CurvesFit(string list)
    {
        if (list == "auto" || CurveList.IsKnown(list))
        {
            return true;
        }

        end.FailNowhere($"SSL_CTX_set1_curves_list(\"{list}\") failed");
        return false;
    }

    /// <summary>ngx_ssl_session_ticket_keys: its message is placed on the closing brace.</summary>
    public bool TicketFits(Directive directive)
    {
        var path = end.FullName(directive.Arguments[0], configuration: true);
        var seen = end.World.Readable(path);
        if (seen.Fails)
        {
            end.Fail($"open() \"{path}\" failed {seen.Reason}");
        }

        return !seen.Fails;
    }

    private bool Loads(Directive directive, string what, string text, out string? path)
    {
        path = null;
        if (text.StartsWith("data:", StringComparison.Ordinal))
        {
            if (text.Contains("-----BEGIN ", StringComparison.Ordinal))
            {
                return true;
            }

            end.FailNowhere($"{what} \"{text}\": {NoStartLine(what)}", null, directive);
            return false;
        }

        var full = end.FullName(text, configuration: true);
        path = full;
        return Exists(directive, (file, reason) => $"{what} \"{file}\": BIO_new_file() failed (SSL: {Opening(file, reason)} {NoSuchFile(reason)})", text);
    }

    /// <summary>What OpenSSL says of text that holds no PEM block of the kind.</summary>
    private static string NoStartLine(string what) => what.EndsWith("key", StringComparison.Ordinal)
        ? "PEM_read_bio_PrivateKey() failed (SSL: error:1E08010C:DECODER routines::unsupported:No supported data to decode. Input type: PEM)"
        : "PEM_read_bio_X509_AUX() failed (SSL: error:0480006C:PEM routines::no start line:Expecting: TRUSTED CERTIFICATE)";

    private bool Exists(Directive directive, Func<string, string, string> message, string? text = null)
    {
        var path = end.FullName(text ?? directive.Arguments[0], configuration: true);
        var seen = end.World.Readable(path);
        if (!seen.Fails)
        {
            return true;
        }

        end.FailNowhere(message(path, seen.Reason ?? ""), null, directive);
        return false;
    }

    /// <summary>OpenSSL's first error: fopen(3) failed, with errno in its number.</summary>
    private static string Opening(string path, string reason)
    {
        var colon = reason.IndexOf(": ", StringComparison.Ordinal);
        var errno = colon > 1 ? Number.Of(reason.AsSpan(1, colon - 1)) : 2;
        var text = colon > 1 ? reason[(colon + 2)..^1] : "No such file or directory";
        return $"error:8{errno:X7}:system library::{text}:calling fopen({path}, r)";
    }

    private static string NoSuchFile(string reason) =>
        reason.StartsWith("(2:", StringComparison.Ordinal) ? "error:10000080:BIO routines::no such file" : "error:10080002:BIO routines::system lib";
}
