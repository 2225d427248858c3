namespace Why502.Nginx.Routing;

/// <summary>
/// ngx_http_find_virtual_server: exact names first, then the longest wildcard at the start, then the longest at the end,
/// then the first regular expression in file order. Among equal names of one address the first server counts.
/// </summary>
internal sealed class ServerNames
{
    private readonly Dictionary<string, ServerName> exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ServerName> wildcardHead = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ServerName> wildcardTail = new(StringComparer.Ordinal);
    private readonly List<(Lazy<Pattern?> Pattern, ServerName Name)> expressions = [];
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);
    private readonly string? machineName;

    public ServerNames(IEnumerable<Server> servers, string? machineName)
    {
        this.machineName = machineName;
        foreach (var server in servers)
        {
            if (server.Names.Count == 0)
            {
                taken.Add(string.Empty);
                exact.TryAdd(string.Empty, new ServerName(server, string.Empty, "without a name"));
            }

            foreach (var name in server.Block.Children("server_name").SelectMany(d => ByteText.Words(d).Skip(1)))
            {
                Add(name, server);
            }
        }
    }

    /// <param name="host">As <see cref="HostName"/> makes it, in small letters.</param>
    public ServerName? Find(string host)
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
            // ngx_http_core_server_name: letter case counts unless the expression itself has a capital; hosts are in small letters.
            var expression = name[1..];
            var found = new ServerName(server, name, "the first expression that matches");
            expressions.Add((new Lazy<Pattern?>(() => Pattern.TryCreate(expression, expression.Any(char.IsAsciiLetterUpper))), found));
            return;
        }

        if (name.Equals("$hostname", StringComparison.OrdinalIgnoreCase))
        {
            name = machineName ?? name;
        }

        var key = ByteText.Lower(name);
        if (key.StartsWith("*.", StringComparison.Ordinal))
        {
            wildcardHead.TryAdd(key[2..], new ServerName(server, name, "the longest wildcard name"));
        }
        else if (key.StartsWith('.'))
        {
            AddBoth(key[1..], new ServerName(server, name, "the longest wildcard name"));
        }
        else if (key.EndsWith(".*", StringComparison.Ordinal))
        {
            wildcardTail.TryAdd(key[..^2], new ServerName(server, name, "the longest wildcard name at the end"));
        }
        else if (taken.Add(key))
        {
            exact.TryAdd(key, new ServerName(server, name, "its very name"));
        }
    }

    /// <summary>
    /// ngx_hash_add_key: <c>.example.com</c> is ignored as a whole when <c>example.com</c> is there already, and keeps that name from
    /// others even when <c>*.example.com</c> was there before and it is ignored for that.
    /// </summary>
    private void AddBoth(string key, ServerName name)
    {
        if (taken.Add(key) && wildcardHead.TryAdd(key, name))
        {
            exact.Add(key, name);
        }
    }

    private ServerName? FindHead(string host)
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

    private ServerName? FindTail(string host)
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

    private ServerName? FindExpression(string host)
    {
        foreach (var (pattern, name) in expressions)
        {
            if (pattern.Value?.Match(host) is { Kind: MatchKind.Found } match)
            {
                return name with { Match = match, Pattern = pattern.Value };
            }
        }

        return null;
    }
}
