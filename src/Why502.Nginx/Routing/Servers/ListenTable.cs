using System.Globalization;

namespace Why502.Nginx.Routing;

/// <summary>Which servers a local address leads to: ngx_http_add_listen, and ngx_http_init_connection's look at the address a connection came to.</summary>
internal sealed class ListenTable
{
    private readonly Dictionary<string, ListenAddress> addresses = new(StringComparer.Ordinal);

    public ListenTable(IEnumerable<Server> servers)
    {
        foreach (var server in servers)
        {
            foreach (var listen in server.Listens)
            {
                foreach (var address in AddressesOf(listen))
                {
                    Add(address, listen, server);
                }
            }
        }
    }

    /// <summary>The exact address first; the port's wildcard only when no server listens on it.</summary>
    public ListenAddress? Find(string listen)
    {
        var (address, port) = Listen.Normalise(listen);
        if (address.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase))
        {
            address = "127.0.0.1" + address[9..];
        }

        if (addresses.TryGetValue(address, out var found))
        {
            return found;
        }

        var wildcard6 = string.Create(CultureInfo.InvariantCulture, $"[::]:{port}");
        if (address.StartsWith('['))
        {
            return addresses.GetValueOrDefault(wildcard6);
        }

        return addresses.GetValueOrDefault(string.Create(CultureInfo.InvariantCulture, $"0.0.0.0:{port}"))
            ?? (addresses.TryGetValue(wildcard6, out var both) && both.TakesIPv4 ? both : null);
    }

    private void Add(string address, Listen listen, Server server)
    {
        if (!addresses.TryGetValue(address, out var found))
        {
            addresses.Add(address, found = new ListenAddress(address));
        }

        found.Add(server, listen);
    }

    private static IEnumerable<string> AddressesOf(Listen listen)
    {
        var written = listen.Directive?.Arguments.Count > 0 ? listen.Directive.Arguments[0] : null;
        if (written is not null && !listen.IsUnix && TryRange(written, out var host, out var first, out var last))
        {
            return Enumerable.Range(first, last - first + 1).Select(port => Listen.Normalise(string.Create(CultureInfo.InvariantCulture, $"{host}:{port}")).Address);
        }

        // Names are resolved when nginx starts; this one is the same everywhere.
        return listen.Address.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase)
            ? ["127.0.0.1" + listen.Address[9..], "[::1]" + listen.Address[9..]]
            : [listen.Address];
    }

    /// <summary><c>127.0.0.1:8080-8090</c> (ngx_parse_inet_url, last_port).</summary>
    private static bool TryRange(string written, out string host, out int first, out int last)
    {
        var colon = written.LastIndexOf(':');
        host = colon < 0 ? "*" : written[..colon];
        var ports = written[(colon + 1)..];
        var dash = ports.IndexOf('-');
        first = last = 0;
        return dash > 0
            && int.TryParse(ports.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out first)
            && int.TryParse(ports.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out last)
            && first is > 0 and <= 65535 && last is <= 65535 && last >= first;
    }
}
