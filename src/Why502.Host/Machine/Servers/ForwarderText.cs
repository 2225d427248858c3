using System.Globalization;
using Why502.Diagnosis;
using Why502.Diagnosis.Stacks;

namespace Why502.Host.Machine;

/// <summary>What forwarders are told, by their command lines and files: where connections to one of their addresses go.</summary>
internal static class ForwarderText
{
    /// <summary>socat's second address (xio-tcp.c, xio-unix.c): <c>TCP:host:port</c>, <c>UNIX-CONNECT:path</c>, with options after commas.</summary>
    public static IReadOnlyList<ForwardTarget> Socat(IReadOnlyList<string> arguments)
    {
        var addresses = arguments.Skip(1).Where(argument => !argument.StartsWith('-') && argument.Contains(':', StringComparison.Ordinal)).ToList();
        if (addresses.Count != 2)
        {
            return [];
        }

        var colon = addresses[1].IndexOf(':', StringComparison.Ordinal);
        var rest = addresses[1][(colon + 1)..].Split(',')[0];
        return addresses[1][..colon].ToUpperInvariant() switch
        {
            "TCP" or "TCP4" or "TCP6" or "TCP-CONNECT" or "TCP4-CONNECT" or "TCP6-CONNECT" => [new(Of(rest), true, null, null)],
            "UNIX" or "UNIX-CONNECT" or "UNIX-CLIENT" => [new("unix:" + rest, true, null, null)],
            _ => [],
        };
    }

    /// <summary>moby, cmd/docker-proxy/main_linux.go.</summary>
    public static IReadOnlyList<ForwardTarget> DockerProxy(IReadOnlyList<string> arguments)
        => After(arguments, "-container-ip") is { } host && After(arguments, "-container-port") is { } port ? [new(Of($"{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}"), true, null, null)] : [];

    /// <summary>varnishd -b host:port, in place of a file.</summary>
    public static IReadOnlyList<ForwardTarget> Varnish(IReadOnlyList<string> arguments)
        => After(arguments, "-b") is { } backend ? [new(Of(backend), false, null, null)] : [];

    /// <summary>The backends of a VCL file: <c>.host = "127.0.0.1"; .port = "8080";</c> (the port is 80 by default).</summary>
    public static IReadOnlyList<ForwardTarget> Vcl(string text, string file)
    {
        var targets = new List<ForwardTarget>();
        var (host, port, line) = ("", "80", 0);
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var content = raw.Split('#')[0];
            if (content.TrimStart().StartsWith("backend ", StringComparison.Ordinal))
            {
                (host, port, line) = ("", "80", number);
            }

            host = Quoted(content, ".host") ?? host;
            port = Quoted(content, ".port") ?? port;
            if (line > 0 && host.Length > 0 && content.Contains('}', StringComparison.Ordinal))
            {
                targets.Add(new(Of($"{host}:{port}"), false, file, line));
                (host, port, line) = ("", "80", 0);
            }
        }

        return targets;
    }

    /// <summary>stunnel's services: <c>accept</c> and <c>connect</c>, each a port of localhost or host:port.</summary>
    public static IReadOnlyList<ForwardTarget> Stunnel(string text, string file, int port)
    {
        var services = IniLines.Read(text).Where(line => line.Section.Length > 0).GroupBy(line => line.Section, StringComparer.Ordinal);
        return
        [
            .. from service in services
               where service.Any(line => line.Key == "accept" && PortOf(line.Value) == port)
               from line in service
               where line.Key == "connect"
               select new ForwardTarget(Of(line.Value.Contains(':', StringComparison.Ordinal) || line.Value.StartsWith('/') ? line.Value : "127.0.0.1:" + line.Value), true, file, line.Number),
        ];
    }

    /// <summary>haproxy's proxies that are bound to a port, and the servers of the backends that they name.</summary>
    public static IReadOnlyList<ForwardTarget> Haproxy(string text, string file, int port)
    {
        var proxies = Proxies(text);
        var targets = new List<ForwardTarget>();
        foreach (var bound in proxies.Where(proxy => proxy.Lines.Any(line => line.Words is ["bind", var address, ..] && address.Split(',').Any(one => PortOf(one) == port))))
        {
            var backends = bound.Lines.Where(line => line.Words is ["default_backend" or "use_backend", _, ..]).Select(line => line.Words[1]).ToHashSet(StringComparer.Ordinal);
            foreach (var proxy in proxies.Where(proxy => proxy == bound || (proxy.Kind == "backend" && backends.Contains(proxy.Name))))
            {
                targets.AddRange(proxy.Lines
                    .Where(line => line.Words is ["server", _, _, ..] && !line.Words.Contains("disabled"))
                    .Select(line => new ForwardTarget(Of(line.Words[2]), bound.IsRaw, file, line.Number)));
            }
        }

        return targets;
    }

    private sealed record ProxyLine(IReadOnlyList<string> Words, int Number);

    private sealed record Proxy(string Kind, string Name, bool IsRaw, IReadOnlyList<ProxyLine> Lines);

    /// <summary>A section takes its mode from the defaults before it; without any it is tcp (cfgparse-listen.c).</summary>
    private static List<Proxy> Proxies(string text)
    {
        var proxies = new List<Proxy>();
        var byDefault = "tcp";
        var (kind, name, lines) = ("", "", new List<ProxyLine>());
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            string[] words = raw.Split('#')[0].Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
            {
                continue;
            }

            if (words[0] is "global" or "defaults" or "frontend" or "backend" or "listen" or "resolvers" or "peers" or "userlist" or "cache" or "program" or "ring" or "mailers" or "http-errors")
            {
                Keep();
                (kind, name, lines) = (words[0], words.Length > 1 ? words[1] : "", []);
                byDefault = kind == "defaults" ? "tcp" : byDefault;
            }
            else if (kind == "defaults" && words is ["mode", var mode])
            {
                byDefault = mode;
            }
            else
            {
                lines.Add(new(words, number));
            }
        }

        Keep();
        return proxies;

        void Keep()
        {
            if (kind is "frontend" or "backend" or "listen")
            {
                proxies.Add(new(kind, name, (lines.LastOrDefault(line => line.Words is ["mode", _])?.Words[1] ?? byDefault) == "tcp", lines));
            }
        }
    }

    /// <summary>As nginx writes addresses; localhost is the first that it stands for.</summary>
    private static string Of(string address)
        => address.StartsWith('/') ? "unix:" + address
            : address.StartsWith("unix@", StringComparison.Ordinal) ? "unix:" + address["unix@".Length..]
            : NginxAddress.Tcp(address)?.ToString() ?? address;

    private static int? PortOf(string address)
    {
        var text = address[(address.LastIndexOf(':') + 1)..];
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;
    }

    private static string? After(IReadOnlyList<string> arguments, string option)
    {
        var at = arguments.ToList().IndexOf(option);
        return at > 0 && at + 1 < arguments.Count ? arguments[at + 1] : null;
    }

    private static string? Quoted(string line, string member)
        => line.IndexOf(member, StringComparison.Ordinal) is >= 0 and var at && line[at..].Split('"') is [var before, var value, ..] && before.TrimEnd().EndsWith('=') ? value : null;
}
