using System.Globalization;

namespace Why502.Nginx.Checks;

/// <summary>What ngx_parse_url makes of an address: host, port, URI and the addresses, or what is wrong with it.</summary>
internal sealed class Url
{
    private const int UnixPathMax = 108;

    public string Text { get; private init; } = "";

    public string Host { get; private set; } = "";

    public string Uri { get; private set; } = "";

    public int Port { get; private set; }

    public int LastPort { get; private set; }

    public bool HasNoPort { get; private set; }

    public bool IsUnix { get; private set; }

    /// <summary>What nginx says in front of <c>in upstream …</c>; null when all is well.</summary>
    public string? Error { get; private set; }

    /// <summary>As nginx prints them (ngx_sock_ntop), ports included; empty when a name was not resolved.</summary>
    public List<string> Addresses { get; } = [];

    /// <summary>The name was to be resolved, and nobody could look.</summary>
    public bool IsUnresolved { get; private set; }

    /// <param name="resolve">False for u.no_resolve.</param>
    public static Url Parse(string text, int defaultPort, ICheckWorld world, bool listen = false, bool withUri = false, bool resolve = true)
    {
        var url = new Url { Text = text };
        if (text.StartsWith("unix:", StringComparison.OrdinalIgnoreCase))
        {
            url.ParseUnix(withUri);
        }
        else if (text.StartsWith('['))
        {
            url.ParseInet6(defaultPort, listen, withUri);
        }
        else
        {
            url.ParseInet(defaultPort, listen, withUri, resolve ? world : null);
        }

        return url;
    }

    /// <summary>ngx_inet_resolve_host alone: getaddrinfo decides.</summary>
    public static bool IsUnknownHost(string host, ICheckWorld world) => !AddressText.TryInet(host, out _) && !IsShortAddress(host) && world.Host(host).Sight.Fails;

    private static bool IsShortAddress(string host) =>
        host.Length > 0 && char.IsAsciiDigit(host[0]) && System.Net.IPAddress.TryParse(host, out var address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;

    private void ParseUnix(bool withUri)
    {
        IsUnix = true;
        Host = Text[5..];
        if (withUri && Host.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0)
        {
            Uri = Host[(colon + 1)..];
            Host = Host[..colon];
        }

        if (Host.Length == 0)
        {
            Error = "no path in the unix domain socket";
        }
        else if (Host.Length + 1 > UnixPathMax)
        {
            Error = "too long path in the unix domain socket";
        }
        else
        {
            Addresses.Add("unix:" + Host);
        }
    }

    private void ParseInet6(int defaultPort, bool listen, bool withUri)
    {
        var close = Text.IndexOf(']', StringComparison.Ordinal);
        if (close < 0)
        {
            Error = "invalid host";
            return;
        }

        var last = Text.Length;
        if (Text.IndexOf('/', close + 1) is var slash and >= 0)
        {
            if (listen || !withUri)
            {
                Error = "invalid host";
                return;
            }

            Uri = Text[slash..];
            last = slash;
        }

        if (close + 1 < last)
        {
            if (Text[close + 1] != ':')
            {
                Error = "invalid host";
                return;
            }

            if (!ReadPort(Text[(close + 2)..last], listen))
            {
                return;
            }
        }
        else
        {
            (HasNoPort, Port) = (true, defaultPort);
        }

        var host = Text[1..close];
        if (host.Length == 0)
        {
            Error = "no host";
            return;
        }

        Host = Text[..(close + 1)];
        Span<byte> address = stackalloc byte[16];
        if (!AddressText.TryInet6(host, address))
        {
            Error = "invalid IPv6 address";
            return;
        }

        Add("[" + new System.Net.IPAddress(address) + "]");
    }

    private void ParseInet(int defaultPort, bool listen, bool withUri, ICheckWorld? world)
    {
        var port = Text.IndexOf(':', StringComparison.Ordinal);
        var uri = Text.IndexOfAny(['/', '?']);
        var last = Text.Length;
        if (uri >= 0)
        {
            if (listen || !withUri)
            {
                Error = "invalid host";
                return;
            }

            Uri = Text[uri..];
            last = uri;
            port = port > uri ? -1 : port;
        }

        if (port >= 0)
        {
            if (!ReadPort(Text[(port + 1)..last], listen))
            {
                return;
            }

            last = port;
        }
        else
        {
            if (uri < 0 && listen && ReadPortAlone())
            {
                return;
            }

            (Error, HasNoPort, Port, LastPort) = (null, true, defaultPort, 0);
        }

        Host = Text[..last];
        ResolveInet(listen, world);
    }

    private void ResolveInet(bool listen, ICheckWorld? world)
    {
        if (Host.Length == 0)
        {
            Error = "no host";
        }
        else if (listen && Host == "*")
        {
            Add("0.0.0.0");
        }
        else if (AddressText.TryInet(Host, out var address))
        {
            Add(string.Create(CultureInfo.InvariantCulture, $"{address >> 24}.{(address >> 16) & 255}.{(address >> 8) & 255}.{address & 255}"));
        }
        else if (IsShortAddress(Host))
        {
            // getaddrinfo(3) reads what inet_aton(3) does: "0", "127.1".
            Add(System.Net.IPAddress.Parse(Host).ToString());
        }
        else if (world is not null)
        {
            var seen = world.Host(Host);
            if (seen.Sight.Fails)
            {
                Error = "host not found";
            }
            else
            {
                IsUnresolved = seen.Sight.Holds is null;
                foreach (var found in seen.Addresses)
                {
                    Add(found.Contains(':', StringComparison.Ordinal) ? $"[{found}]" : found);
                }
            }
        }
    }

    /// <summary>"test value as port only": <c>listen 8080</c>.</summary>
    private bool ReadPortAlone()
    {
        var text = Text;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var lastPortIsWrong = false;
        if (dash >= 0)
        {
            var last = Number.Of(text.AsSpan(dash + 1));
            if (last < 0)
            {
                return false;
            }

            lastPortIsWrong = last is < 1 or > 65535;
            LastPort = lastPortIsWrong ? 0 : (int)last;
            text = text[..dash];
        }

        var port = Number.Of(text);
        if (port < 0)
        {
            return false;
        }

        if (lastPortIsWrong || port is < 1 or > 65535)
        {
            Error = "invalid port";
        }
        else if (LastPort > 0 && port > LastPort)
        {
            Error = "invalid port range";
        }
        else
        {
            Port = (int)port;
            Add("0.0.0.0");
        }

        return true;
    }

    private bool ReadPort(string text, bool listen)
    {
        if (listen && text.IndexOf('-', StringComparison.Ordinal) is var dash and >= 0)
        {
            var last = Number.Of(text.AsSpan(dash + 1));
            if (last is < 1 or > 65535)
            {
                Error = "invalid port";
                return false;
            }

            LastPort = (int)last;
            text = text[..dash];
        }

        var port = Number.Of(text);
        if (port is < 1 or > 65535)
        {
            Error = "invalid port";
            return false;
        }

        if (LastPort > 0 && port > LastPort)
        {
            Error = "invalid port range";
            return false;
        }

        Port = (int)port;
        return true;
    }

    /// <summary>ngx_inet_add_addr: one for each port of a range.</summary>
    private void Add(string host)
    {
        for (var port = Port; port <= Math.Max(Port, LastPort); port++)
        {
            Addresses.Add(string.Create(CultureInfo.InvariantCulture, $"{host}:{port}"));
        }
    }
}
