using System.Text;

namespace Why502.Lab.Configuration;

/// <summary>A complete configuration of several files, made at random from the vocabulary.</summary>
internal sealed class GeneratedConfiguration
{
    private static readonly string[] Repeatable =
    [
        "rewrite", "if", "location", "server", "map", "geo", "split_clients", "add_header", "allow", "deny", "log_format", "upstream", "proxy_set_header", "fastcgi_param",
        "proxy_cache_path", "error_page", "limit_req_zone", "limit_conn_zone", "listen", "set", "env", "set_real_ip_from", "proxy_cache_valid", "server_name", "charset_map",
    ];

    /// <summary>One of each group, or the rest would only be seen as "is duplicate".</summary>
    private static readonly string[][] Rivals =
    [
        ["root", "alias"],
        ["proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass", "return", "stub_status", "empty_gif", "flv", "mp4", "random_index"],
        ["proxy_store", "proxy_cache"],
        ["server_tokens"],
    ];

    private readonly Random _random;

    public GeneratedConfiguration(Random random)
    {
        _random = random;
        Files["snippet.conf"] = Some("location", 2);
        Files["nginx.conf"] = Main();
    }

    /// <summary>The configuration's files by their path below the prefix, <c>nginx.conf</c> among them.</summary>
    public SortedDictionary<string, List<ConfigurationItem>> Files { get; } = new(StringComparer.Ordinal);

    public string Print(string file)
    {
        var text = new StringBuilder();
        foreach (var item in Files[file])
        {
            item.Print(text, 0);
        }

        return text.ToString();
    }

    /// <summary>All lists of directives: files and blocks, with the kind of block they are.</summary>
    public IEnumerable<(string Kind, List<ConfigurationItem> Items)> Blocks() =>
        Files.SelectMany(file => Nested(file.Key switch { "nginx.conf" => "main", "servers.conf" => "http", _ => "location" }, file.Value));

    private static IEnumerable<(string Kind, List<ConfigurationItem> Items)> Nested(string kind, List<ConfigurationItem> items) =>
        items.Where(item => item.Block is not null).SelectMany(item => Nested(item.Kind, item.Block!)).Prepend((kind, items));

    private static ConfigurationItem Line(params string[] words) => new() { Words = [.. words] };

    private static ConfigurationItem Block(string kind, List<ConfigurationItem> items, params string[] words) =>
        new() { Words = [kind, .. words], Kind = kind, Block = items };

    private List<ConfigurationItem> Main() =>
    [
        Line("pid", "nginx.pid"),
        Line("error_log", "stderr"),
        .. Some("main", 3),
        Block("events", Some("events", 2)),
        Block("http", Http()),
    ];

    private List<ConfigurationItem> Http()
    {
        List<ConfigurationItem> http = [Line("access_log", "off")];
        foreach (var kind in new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" })
        {
            http.Add(Line(kind + "_temp_path", "temp/" + kind));
        }

        http.AddRange(Vocabulary.Parse("limit_req_zone $binary_remote_addr zone=base:1m rate=10r/s; limit_conn_zone $binary_remote_addr zone=base_conn:1m; "
            + "proxy_cache_path cache/base keys_zone=base_cache:1m; fastcgi_cache_path cache/fcgi_base keys_zone=fcgi_base:1m; include mime.types;"));
        foreach (var item in Some("http", 9))
        {
            http.RemoveAll(known => known.Name == item.Name && !Repeatable.Contains(item.Name));
            http.Add(item);
        }

        Shuffle(http);
        http.Add(Block("upstream", Upstream(), "app"));
        if (_random.Next(3) == 0)
        {
            http.Add(Block("upstream", Upstream(), "other"));
        }

        http.AddRange(Servers(1 + _random.Next(2)));
        if (_random.Next(2) == 0)
        {
            http.Insert(_random.Next(http.Count), Line("include", _random.Next(2) == 0 ? "servers.conf" : "server?.conf"));
            Files["servers.conf"] = [.. Servers(1)];
        }

        return http;
    }

    private List<ConfigurationItem> Upstream()
    {
        var balance = Some("balance", 1);
        var servers = Some("upstream", 3, repeat: true);
        // Only round robin and least_conn know backup servers.
        servers.RemoveAll(server => server.Words.Contains("backup") && balance.Count > 0 && balance[0].Name != "least_conn");
        return [.. balance, .. servers, .. Some("after", 2), Line("server", "127.0.0.1:7000")];
    }

    private IEnumerable<ConfigurationItem> Servers(int count)
    {
        for (var i = 0; i < count; i++)
        {
            List<ConfigurationItem> server = [Line("listen", $"{8000 + _random.Next(60)}"), .. Some("server", 5)];
            Shuffle(server);
            for (var n = _random.Next(4); n > 0; n--)
            {
                server.Add(Location($"/l{n}", 0));
            }

            if (_random.Next(3) > 0)
            {
                var fallback = Some("location", 2);
                fallback.RemoveAll(HasUri);
                server.Add(Block("location", fallback, "@fallback"));
            }

            yield return Block("server", server);
        }
    }

    private ConfigurationItem Location(string path, int depth)
    {
        var items = Some("location", 4);
        if (_random.Next(6) == 0)
        {
            items.Add(Line("include", "snippet.conf"));
        }

        string[] words = _random.Next(6) switch
        {
            0 => ["=", path],
            1 => ["^~", path + "/"],
            2 => ["~", $"^{path}/(.+)\\.php$"],
            3 => ["~*", $"\\.(png|jpg|{path[1..]})$"],
            _ => [path],
        };
        if (words[0].StartsWith('~'))
        {
            items.RemoveAll(HasUri);
        }

        if (depth < 2 && _random.Next(5) == 0 && words[0] is not ("=" or "~" or "~*"))
        {
            items.Add(Location(path + "/n", depth + 1));
        }

        return Block("location", items, words);
    }

    /// <summary>Up to so many directives of a section, each name once unless it may be repeated.</summary>
    private List<ConfigurationItem> Some(string section, int max, bool repeat = false)
    {
        var items = new List<ConfigurationItem>();
        for (var n = _random.Next(max + 1); n > 0; n--)
        {
            foreach (var item in Vocabulary.Parse(Vocabulary.Directives.Any(section, _random)))
            {
                if (repeat || items.TrueForAll(known => Together(known, item)))
                {
                    items.Add(item);
                }
            }
        }

        return items;
    }

    private static bool Together(ConfigurationItem one, ConfigurationItem other) =>
        string.Join(' ', one.Words) != string.Join(' ', other.Words)
        && (one.Name != other.Name || Repeatable.Contains(one.Name))
        && !Rivals.Any(group => group.Contains(one.Name) && group.Contains(other.Name));

    /// <summary>Not allowed in a location without a path.</summary>
    private static bool HasUri(ConfigurationItem item) => item.Name is "proxy_pass" && item.Words[1].Count(letter => letter == '/') > 2 || item.Name is "alias";

    private void Shuffle(List<ConfigurationItem> items)
    {
        for (var i = items.Count - 1; i > 0; i--)
        {
            var j = _random.Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
