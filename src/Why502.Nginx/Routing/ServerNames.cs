namespace Why502.Nginx.Routing;

/// <summary>
/// ngx_http_find_virtual_server: exact names first, then the longest wildcard at the start, then the longest at the end,
/// then the first regular expression in file order. Among equal names of one address the first server counts.
/// </summary>
internal sealed class ServerNames
{
    private readonly Dictionary<string, Server> exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Server> wildcardHead = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Server> wildcardTail = new(StringComparer.Ordinal);
    private readonly List<(Pattern Pattern, Server Server)> expressions = [];

    public ServerNames(IEnumerable<Server> servers)
    {
        foreach (var server in servers)
        {
            if (server.Names.Count == 0)
            {
                exact.TryAdd(string.Empty, server);
            }

            foreach (var name in server.Names)
            {
                Add(name, server);
            }
        }
    }

    public Server? Find(string host)
    {
        if (host.Length == 0)
        {
            return exact.GetValueOrDefault(string.Empty);
        }

        return exact.GetValueOrDefault(host) ?? FindHead(host) ?? FindTail(host) ?? FindExpression(host);
    }

    private void Add(string name, Server server)
    {
        if (name.StartsWith('~'))
        {
            if (Pattern.TryCreate(name[1..], ignoreCase: true) is { } pattern)
            {
                expressions.Add((pattern, server));
            }

            return;
        }

        name = name.ToLowerInvariant();
        if (name.StartsWith("*.", StringComparison.Ordinal))
        {
            wildcardHead.TryAdd(name[2..], server);
        }
        else if (name.StartsWith('.'))
        {
            exact.TryAdd(name[1..], server);
            wildcardHead.TryAdd(name[1..], server);
        }
        else if (name.EndsWith(".*", StringComparison.Ordinal))
        {
            wildcardTail.TryAdd(name[..^2], server);
        }
        else
        {
            exact.TryAdd(name, server);
        }
    }

    private Server? FindHead(string host)
    {
        for (var dot = host.IndexOf('.'); dot >= 0; dot = host.IndexOf('.', dot + 1))
        {
            if (wildcardHead.TryGetValue(host[(dot + 1)..], out var server))
            {
                return server;
            }
        }

        return null;
    }

    private Server? FindTail(string host)
    {
        for (var dot = host.LastIndexOf('.'); dot > 0; dot = host.LastIndexOf('.', dot - 1))
        {
            if (wildcardTail.TryGetValue(host[..dot], out var server))
            {
                return server;
            }
        }

        return null;
    }

    private Server? FindExpression(string host)
    {
        foreach (var (pattern, server) in expressions)
        {
            if (pattern.IsMatch(host))
            {
                return server;
            }
        }

        return null;
    }
}
