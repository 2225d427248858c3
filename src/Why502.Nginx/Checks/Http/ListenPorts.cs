namespace Why502.Nginx.Checks.Http;

/// <summary>All addresses that servers listen on, in nginx's order: by family and port, then by address.</summary>
internal sealed class ListenPorts
{
    public static readonly Slot<ListenPorts> Slot = new(() => new ListenPorts());

    private readonly Dictionary<string, ListenAddress> byAddress = new(StringComparer.Ordinal);
    private readonly List<ListenAddress> all = [];

    public IReadOnlyList<ListenAddress> All => all;

    /// <summary>ngx_http_init_listening: beside a wildcard of the same port an address gets a socket of its own only when its options ask for one.</summary>
    public bool IsBound(ListenAddress address) => !address.Text.StartsWith("unix:", StringComparison.Ordinal) && !address.IsWildcard
        && (address.IsSet || !byAddress.ContainsKey((address.Text[0] == '[' ? "[::]" : "0.0.0.0") + address.Port));

    /// <summary>How many sockets are opened.</summary>
    public int SocketCount => all.Count(address => address.Text.StartsWith("unix:", StringComparison.Ordinal) || address.IsWildcard || IsBound(address));

    /// <summary>ngx_http_add_listen, ngx_http_add_addresses; false when it was refused and said.</summary>
    public bool Add(string address, ListenOptions options, OpenBlock server, Action<string, string?> fail)
    {
        if (!byAddress.TryGetValue(address, out var known))
        {
            byAddress.Add(address, known = new ListenAddress(address));
            known.Servers.Add(server);
            (known.IsSet, known.HasDefault, known.IsSsl) = (options.IsSet, options.IsDefault, options.IsSsl);
            known.Default = server;
            all.Add(known);
            return true;
        }

        if (known.Servers.Contains(server))
        {
            fail($"a duplicate listen {address}", null);
            return false;
        }

        known.Servers.Add(server);
        if (options.IsSet && known.IsSet)
        {
            fail($"duplicate listen options for {address}", null);
            return false;
        }

        if (options.IsDefault && known.HasDefault)
        {
            fail($"a duplicate default server for {address}", null);
            return false;
        }

        known.IsSet |= options.IsSet;
        known.HasDefault |= options.IsDefault;
        known.IsSsl |= options.IsSsl;
        known.Default = options.IsDefault ? server : known.Default;
        return true;
    }
}

/// <summary>One address and port, with the servers behind it.</summary>
internal sealed class ListenAddress(string text)
{
    /// <summary>As ngx_sock_ntop prints it.</summary>
    public string Text => text;

    /// <summary>The address alone, without brackets.</summary>
    public string Host => text[..text.LastIndexOf(':')].Trim('[', ']');

    /// <summary>With its colon.</summary>
    public string Port => text[text.LastIndexOf(':')..];

    public bool IsWildcard => Host is "0.0.0.0" or "::";

    public HashSet<OpenBlock> Servers { get; } = [];

    public OpenBlock Default { get; set; } = null!;

    public bool IsSet { get; set; }

    public bool HasDefault { get; set; }

    public bool IsSsl { get; set; }
}
