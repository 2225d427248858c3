using System.Globalization;

namespace Why502.Logs.Commands;

/// <summary>A handshake or a certificate as <c>openssl s_client</c>, <c>openssl x509</c> or <c>curl -v</c> shows it.</summary>
public sealed record TlsShown : CommandRecord
{
    /// <summary>Name or address that was connected to; null where it is not said, or no connection was made.</summary>
    public string? Host { get; init; }

    public int? Port { get; init; }

    /// <summary>The name in the handshake: "" for none, null where it is not said.</summary>
    public string? ServerName { get; init; }

    /// <summary>A certificate alone: nobody was asked.</summary>
    public bool IsFile { get; init; }

    public string? Protocol { get; init; }

    public string? Reason { get; init; }

    /// <summary>OpenSSL's reason number, as in <see cref="SslError.Code"/>.</summary>
    public int? ReasonCode { get; init; }

    public int? Alert { get; init; }

    public bool CertificateRequested { get; init; }

    public string? Subject { get; init; }

    public string? Issuer { get; init; }

    public IReadOnlyList<string> Names { get; init; } = [];

    public IReadOnlyList<string> AddressNames { get; init; } = [];

    public DateTimeOffset? NotBefore { get; init; }

    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>An X509 verify error of the tool's own authorities; 0 is none.</summary>
    public int? VerifyCode { get; init; }

    public int? CertificatesSent { get; init; }
}

/// <summary>OpenSSL's apps/s_client.c and crypto/x509/t_x509.c, and curl's lib/vtls/openssl.c.</summary>
public sealed class TlsListing : ICommandReader
{
    private const int NamesMax = 100;

    public string Command => "openssl s_client -connect HOST:PORT";

    public bool Looks(PastedText text)
        => text.Any(line => line.StartsWith("CONNECTED(", StringComparison.Ordinal) || line.Contains("Verify return code:", StringComparison.Ordinal) || line.StartsWith("Certificate chain", StringComparison.Ordinal)
            || line.Contains("X509v3 Subject Alternative Name", StringComparison.Ordinal) || line.Contains("Not After :", StringComparison.Ordinal) || line.StartsWith("notAfter=", StringComparison.Ordinal)
            || line.StartsWith("* Server certificate:", StringComparison.Ordinal) || line.StartsWith("* TLSv1", StringComparison.Ordinal) || line.StartsWith("* SSL connection using", StringComparison.Ordinal)
            || (text.Program == "openssl" && line.Contains("error:", StringComparison.Ordinal)));

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        var (host, port, name) = Called(text.Command);
        var shown = new TlsShown
        {
            Host = host,
            Port = port,
            ServerName = name,
            Line = text.Lines.FirstOrDefault(line => line.Text.Length > 0).Number,
            IsFile = !text.Any(line => line.StartsWith("CONNECTED(", StringComparison.Ordinal) || line.StartsWith("* ", StringComparison.Ordinal) || line.Contains("Verify return code:", StringComparison.Ordinal) || line.StartsWith("Certificate chain", StringComparison.Ordinal)) && text.Program != "curl",
        };
        var inChain = false;
        var namesFollow = false;
        foreach (var line in text.Lines.Where(line => line.Text.Length <= CommandReaders.LineCharsMax))
        {
            var row = line.Text.Trim().TrimStart('*').Trim();
            inChain = row == "Certificate chain" || (inChain && row != "---");
            if (inChain && row.Contains(" s:", StringComparison.Ordinal))
            {
                shown = shown with { CertificatesSent = (shown.CertificatesSent ?? 0) + 1 };
            }

            shown = namesFollow || row.StartsWith("DNS:", StringComparison.Ordinal) || row.StartsWith("IP Address:", StringComparison.Ordinal) ? WithNames(shown, row) : Of(shown, row);
            namesFollow = row.StartsWith("X509v3 Subject Alternative Name", StringComparison.Ordinal);
        }

        return shown.Subject is null && shown.Protocol is null && shown.Reason is null && shown.Alert is null && shown.NotAfter is null && shown.Names.Count == 0 && shown.VerifyCode is null ? [] : [shown];
    }

    private static TlsShown Of(TlsShown shown, string row) => row switch
    {
        _ when After(row, "subject=", "Subject:", "subject:") is { } subject => shown with { Subject = shown.Subject ?? subject },
        _ when After(row, "issuer=", "Issuer:", "issuer:") is { } issuer => shown with { Issuer = shown.Issuer ?? issuer },
        _ when After(row, "notBefore=", "Not Before:", "start date:") is { } begin => shown with { NotBefore = shown.NotBefore ?? Date(begin) },
        _ when After(row, "notAfter=", "Not After :", "expire date:") is { } end => shown with { NotAfter = shown.NotAfter ?? Date(end) },
        _ when After(row, "Verify return code:") is { } code => shown with { VerifyCode = (int?)TextScan.NumberAt(code, 0) },
        _ when row.StartsWith("verify error:num=", StringComparison.Ordinal) => shown with { VerifyCode = shown.VerifyCode ?? (int?)TextScan.NumberAfter(row, "num=") },
        _ when row.StartsWith("New, TLSv", StringComparison.Ordinal) => shown with { Protocol = row[5..].Split(',')[0] },
        _ when After(row, "Protocol  :", "Protocol:") is { } protocol && protocol.StartsWith("TLSv", StringComparison.Ordinal) && shown.Reason is null => shown with { Protocol = protocol },
        _ when After(row, "SSL connection using") is { } used => shown with { Protocol = used.Split(' ', '/')[0] },
        _ when row.StartsWith("Acceptable client certificate CA names", StringComparison.Ordinal) || row.StartsWith("Client Certificate Types:", StringComparison.Ordinal) || row.Contains("TLS handshake, Request CERT (13)", StringComparison.Ordinal)
            => shown with { CertificateRequested = true },
        _ when row.Contains("(IN), TLS alert", StringComparison.Ordinal) => shown with { Alert = shown.Alert ?? CurlAlert(row) },
        _ when row.Contains("error:", StringComparison.Ordinal) => WithError(shown, row[row.IndexOf("error:", StringComparison.Ordinal)..]),
        _ when After(row, "Connected to ") is { } connected => Connected(shown, connected),
        _ => shown,
    };

    /// <summary><c>error:0A000410:SSL routines:func:reason:file:line:SSL alert number 40</c>; curl leaves the function's place empty.</summary>
    private static TlsShown WithError(TlsShown shown, string error)
    {
        var cells = error.Split(':');
        if (shown.Reason is not null || cells.Length < 5 || !uint.TryParse(cells[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var packed))
        {
            return shown;
        }

        var code = (int)(packed & 0xFFF);
        return shown with
        {
            Reason = cells[4].Trim(),
            ReasonCode = code,
            Alert = (int?)TextScan.NumberAfter(error, "SSL alert number ") ?? shown.Alert ?? (code is > 1000 and < 1256 ? code - 1000 : null),
            Protocol = null,
        };
    }

    /// <summary>curl prints level and description as one number: 552 is 2 × 256 + 40.</summary>
    private static int? CurlAlert(string row)
        => row.LastIndexOf('(') is var at and > 0 && TextScan.NumberAt(row, at + 1) is { } packed && packed >> 8 == 2 ? (int)(packed & 0xFF) : null;

    private static TlsShown Connected(TlsShown shown, string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words is [var name, var address, "port", ..] ? shown with { Host = address.Trim('(', ')'), ServerName = shown.ServerName ?? name, Port = (int?)TextScan.NumberAfter(text, "port ") } : shown;
    }

    private static TlsShown WithNames(TlsShown shown, string row)
    {
        var entries = row.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return shown with
        {
            Names = [.. shown.Names, .. entries.Where(entry => entry.StartsWith("DNS:", StringComparison.Ordinal)).Select(entry => entry[4..]).Take(NamesMax - Math.Min(NamesMax, shown.Names.Count))],
            AddressNames = [.. shown.AddressNames, .. entries.Where(entry => entry.StartsWith("IP Address:", StringComparison.Ordinal)).Select(entry => entry[11..]).Take(NamesMax - Math.Min(NamesMax, shown.AddressNames.Count))],
        };
    }

    private static (string? Host, int? Port, string? Name) Called(string? command)
    {
        if (command is null || !command.Contains("s_client", StringComparison.Ordinal))
        {
            return (null, null, null);
        }

        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var target = Option(words, "-connect");
        var colon = target?.LastIndexOf(':') ?? -1;
        var host = (colon > 0 ? target![..colon] : target)?.Trim('[', ']');
        var name = words.Contains("-noservername") ? "" : Option(words, "-servername");
        return (host, colon > 0 ? (int?)TextScan.NumberAt(target!, colon + 1) : null, name);
    }

    private static string? Option(string[] words, string option) => Array.IndexOf(words, option) is var at and >= 0 && at + 1 < words.Length ? words[at + 1].Trim('"', '\'') : null;

    private static string? After(string row, params ReadOnlySpan<string> markers)
    {
        foreach (var marker in markers)
        {
            if (row.StartsWith(marker, StringComparison.Ordinal))
            {
                return row[marker.Length..].Trim();
            }
        }

        return null;
    }

    /// <summary><c>Jan  1 00:00:00 2026 GMT</c> (ASN1_TIME_print).</summary>
    private static DateTimeOffset? Date(string text)
        => DateTimeOffset.TryParseExact(string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries)), "MMM d HH:mm:ss yyyy 'GMT'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;
}
