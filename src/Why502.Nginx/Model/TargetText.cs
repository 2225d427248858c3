namespace Why502.Nginx;

/// <summary>The argument of a pass directive, or a value that may become one, divided as it is written (ngx_parse_url with uri_part). Variables stay as they stand.</summary>
/// <param name="Scheme">What stands before "://", as written; null without one.</param>
/// <param name="Authority">Host and port, a group's name, or "unix:" and the socket's path.</param>
/// <param name="Uri">From the slash or question mark on; behind a socket's path from the character after the colon that ends it. Empty where nothing follows.</param>
public readonly record struct TargetText(string? Scheme, string Authority, string Uri)
{
    private const string SchemeEnd = "://";

    /// <summary>Whether the address is a unix socket's path.</summary>
    public bool IsUnix => Authority.StartsWith("unix:", StringComparison.OrdinalIgnoreCase);

    /// <param name="socketHasUri">Whether a colon ends a socket's path: in the URL of proxy_pass alone.</param>
    public static TargetText Of(string target, bool socketHasUri = true)
    {
        ArgumentNullException.ThrowIfNull(target);
        var separator = target.IndexOf(SchemeEnd, StringComparison.Ordinal);
        var whole = separator > 0 ? new TargetText(target[..separator], target[(separator + SchemeEnd.Length)..], string.Empty) : new TargetText(null, target, string.Empty);
        var address = whole.Authority;
        var end = !whole.IsUnix ? address.AsSpan().IndexOfAny('/', '?')
            : socketHasUri ? address.IndexOf(':', "unix:".Length)
            : -1;
        return end < 0 ? whole : whole with { Authority = address[..end], Uri = address[(whole.IsUnix ? end + 1 : end)..] };
    }

    /// <summary>The parts put together again, as nginx reads them.</summary>
    public override string ToString() => $"{(Scheme is null ? "" : Scheme + SchemeEnd)}{Authority}{(IsUnix && Uri.Length > 0 ? ":" : "")}{Uri}";
}
