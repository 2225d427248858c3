using System.Globalization;

namespace Why502.Lab.Routing;

/// <summary>Random configurations around everything that decides about a request's way. Seeded: the same number makes the same text.</summary>
internal sealed class ConfigurationGenerator(Random random, int port, int upstreamPort)
{
    private static readonly string[] Segments = ["a", "b", "ab", "img", "x.php", "A", "c d", "dir", "file.txt", "z+z", "é"];
    private static readonly string[] Names =
    [
        "a.test", "b.test", "www.a.test", "*.a.test", ".b.test", "*.test", "www.*", "a.*", "_", "\"\"", "~^(?<sub>[a-z]+)\\.re\\.test$", "~^(.+)\\.cap\\.test$", "~^w+", "A.Test",
    ];

    private static readonly string[] Expressions =
    [
        @"\.php$", "^/a/(.*)$", "(?<rest>b+)", "^/(?<first>[^/]+)/(?<second>.*)$", "[A-Z]", "^/img/.+", @"/(\w+)/(\d*)", "txt|html", "^/[^/]+$", @"^/a(?!b)", "(x)?\\.(php|txt)", "%", " ", @"^/(.)\1",
    ];

    private static readonly string[] Variables =
        ["$uri", "$request_uri", "$args", "$arg_a", "$is_args", "$host", "$http_host", "$document_uri", "$query_string", "$request_method", "$scheme", "$server_name", "$m1", "$m2", "$g", "$s", "$v", "$w", "$1", "$2", "$rest", "$sub", "$remote_addr", "$server_port", "$fastcgi_script_name", "$fastcgi_path_info", "$http_x_id_", "$cookie_c", "$request_filename"];

    private readonly ConfigurationText _text = new();
    private readonly List<string> _named = [];
    private readonly List<string> _paths = [];

    /// <summary>Paths the configuration mentions, for requests that hit them.</summary>
    public IReadOnlyList<string> Paths => _paths;

    public string Make()
    {
        _text.Line("daemon off; master_process off; worker_processes 1; error_log logs/error.log; pid nginx.pid;");
        _text.Block("events", () => _text.Line("worker_connections 64;"));
        _text.Block("http", Http);
        return _text.ToString();
    }

    private void Http()
    {
        _text.Line("log_format route '$remote_port>$server_addr:$server_port $status';");
        _text.Line("client_body_temp_path tmp/b; proxy_temp_path tmp/p; fastcgi_temp_path tmp/f; uwsgi_temp_path tmp/u; scgi_temp_path tmp/s;");
        _text.Line("absolute_redirect off; root html; proxy_connect_timeout 2s; proxy_read_timeout 2s; variables_hash_bucket_size 128; server_names_hash_bucket_size 128;");
        _text.Line(Invariant($"upstream back {{ server 127.0.0.1:{upstreamPort}; }}"));
        Map("$m1");
        Map("$m2");
        _text.Block(Pick("geo $g", "geo $remote_addr $g", "geo $arg_a $g"), () =>
        {
            _text.Line("default zero;");
            _text.Line("127.0.0.0/8 loop;");
            _text.Line("10.1.0.0/16 ten;");
            _text.Line("10.1.2.0/24 \"\";");
        });
        _text.Block($"split_clients \"{Pick("$uri", "$arg_a", "$host$uri")}\" $s", () =>
        {
            _text.Line("30% one;");
            _text.Line("20.5% /two;");
            _text.Line("* three;");
        });
        if (Chance(3))
        {
            ErrorPages();
        }

        // What any block may name has to exist somewhere: expressions make the variables of their named groups, set makes its own.
        _text.Line("map $uri $unused { default 0; \"~^(?<sub>x)(?<rest>x)(?<first>x)(?<second>x)$\" 1; }");
        _text.Line(Invariant($"server {{ listen 127.0.0.3:{port}; set $v 1; set $w 1; }}"));
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            _named.Clear();
            _text.Marked("server", Server);
        }
    }

    private void Map(string variable) => _text.Block($"map {Pick("$uri", "$args", "$arg_a", "$host", "$request_uri", "$host$uri", "$request_method")} {variable}", () =>
    {
        var hostNames = Chance(3);
        if (hostNames)
        {
            _text.Line("hostnames;");
            _text.Line($"*.a.test {Value()};");
            _text.Line($".b.test {Value()};");
        }

        if (Chance(5))
        {
            _text.Line("volatile;");
        }

        if (Chance(2))
        {
            _text.Line($"default {Pick("d", "/a/", "\"\"", "0", "$arg_a", "$uri")};");
        }

        foreach (var key in Some("/a/b", "1", "x=1", "\"~^/a/(.*)$\"", "~*B", "\"~(?<mapped>[0-9]+)\"", "\"\"", "GET", "/", "b.test"))
        {
            if (!hostNames || key != "b.test")
            {
                _text.Line($"{key} {Value()};");
            }
        }
    });

    private string Value() => Pick("one", "/b/", "\"\"", "0", "1", "$args", "\"$1\"", "\"x y\"", "/a/$arg_a", "\"a b\"", "\"$uri\"");

    private void Server()
    {
        foreach (var listen in Some("127.0.0.1", "127.0.0.2", "*", "127.0.0.1").Distinct().DefaultIfEmpty("*").Take(2))
        {
            _text.Line(Invariant($"listen {listen}:{port + random.Next(2)}{(Chance(12) ? " default_server" : "")};"));
        }

        if (!Chance(5))
        {
            _text.Line($"server_name {string.Join(' ', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Pick(Names)).Distinct())};");
        }

        OneIn(5, "merge_slashes off;");
        OneIn(6, "recursive_error_pages on;");
        OneIn(8, $"index {Pick("index.html", "i.html index.html", "/b/x", "$arg_a.html")};");
        OneIn(4, @"fastcgi_split_path_info ^(/.+?)(/.*)$;");
        OneIn(4, "fastcgi_index last.php;");
        foreach (var name in Some("@n1", "@n2"))
        {
            _named.Add(name);
        }

        if (Chance(3))
        {
            ErrorPages();
        }

        for (var i = random.Next(0, 3); i > 0; i--)
        {
            Rewriting(inLocation: false, 0);
        }

        foreach (var name in _named)
        {
            _text.Marked($"location {name}", () => Location(string.Empty, false, true, 2));
        }

        Locations("", random.Next(1, 8), 0);
    }

    /// <param name="prefix">Where the paths have to begin; null inside an expression, which can hold expressions only.</param>
    private void Locations(string? prefix, int count, int depth)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            if (prefix is null || Chance(3))
            {
                var modifier = Pick("~", "~*");
                var expression = Pick(Expressions);
                _text.Marked($"location {modifier} \"{expression}\"", () => Location(expression, true, false, depth));
                continue;
            }

            var path = prefix + (prefix.EndsWith('/') || (prefix.Length > 0 && Chance(3)) ? "" : "/") + Path();
            var kind = Pick("", "", "", "=", "^~");
            if (seen.Add((kind == "=" ? "=" : "") + path))
            {
                _paths.Add(path);
                _text.Marked($"location {kind} \"{path}\"", () => Location(path, false, kind == "=", depth));
            }
        }
    }

    private string Path()
    {
        var path = string.Join('/', Enumerable.Range(0, random.Next(0, 3)).Select(_ => Pick(Segments)));
        return Chance(2) && path.Length > 0 ? path + "/" : path;
    }

    private void Location(string path, bool isExpression, bool isLeaf, int depth)
    {
        OneIn(14, "internal;");
        OneIn(12, Pick("deny all;", "allow 127.0.0.1; deny all;", "deny 127.0.0.0/8;", "auth_request /auth;", "satisfy any; deny all; auth_request /auth;"));
        OneIn(10, $"index {Pick("index.html", "/b/x?y", "nothing.html $arg_a")};");
        OneIn(14, "autoindex on;");
        if (path.Length > 0 && Chance(9))
        {
            _text.Line(isExpression ? "alias html/dir/$1;" : $"alias html/{Pick("dir/", "dir", "")};");
        }
        else
        {
            OneIn(9, Pick("root html/dir;", "root html;", "root html$arg_a;"));
        }

        for (var i = random.Next(0, 4); i > 0; i--)
        {
            Rewriting(true, 0);
        }

        if (Chance(5))
        {
            _text.Line($"try_files {string.Join(' ', Some("$uri", "$uri/", "$uri.html", "/dir/", "/file.txt", "$arg_a").DefaultIfEmpty("$uri"))} {Pick(Fallback())};");
        }

        if (Chance(5))
        {
            ErrorPages();
        }

        if (Chance(2))
        {
            Pass(isExpression || path.Length == 0);
        }
        else
        {
            OneIn(20, Pick("empty_gif;", "stub_status;"));
        }

        if (path.Length > 0 && Chance(12))
        {
            _text.Block($"limit_except {Pick("GET", "POST", "GET POST")}", () => _text.Line(Pick("deny all;", Invariant($"proxy_pass http://127.0.0.1:{upstreamPort};"), "allow all;")));
        }

        if (!isLeaf && depth < 2 && Chance(4))
        {
            Locations(isExpression ? null : path, random.Next(1, 4), depth + 1);
        }
    }

    private string[] Fallback() => ["=404", "=403", "/b/x", "/a/?q=$args", "/a$uri", "@" + (_named.Count > 0 ? _named[0][1..] : "n9"), "/index.php?u=$uri"];

    private void ErrorPages()
    {
        var target = Pick("/b/err", "/a/err?e=1", "/e$uri", "@n1", "http://x.test/e", "/x.php?u=$uri&$args", "$m1", "/file.txt");
        _text.Line($"error_page {string.Join(' ', Some("400", "403", "404", "405", "500", "301", "302", "418").DefaultIfEmpty("404"))} {Pick("", "", "=", "=200", "=302", "=410")} {target};");
    }

    private void Pass(bool withoutUri)
    {
        var plain = withoutUri ? "" : Pick("", "", "/", "/p/", "/p", "/p?q=1", "/%20x", "?q");
        var target = Pick(
            Invariant($"http://127.0.0.1:{upstreamPort}{plain}"),
            $"http://back{plain}",
            Invariant($"http://127.0.0.1:{upstreamPort}{plain}"),
            Invariant($"http://127.0.0.1:{upstreamPort}{Pick("$uri", "$request_uri", "$uri$is_args$args", "/$1", "/v$1?$args", "/v/$rest$2", "/$m1", "$s", "?$args", "/$v")}"),
            $"http://back{Pick("$uri", "/$1", "$request_uri", "/x$arg_a")}",
            Invariant($"http://$remote_addr:{upstreamPort}{Pick("", "/", "/y")}"));
        _text.Line($"proxy_pass {target};");
    }

    private void Rewriting(bool inLocation, int depth)
    {
        switch (random.Next(depth == 0 ? 7 : 5))
        {
            case 0:
                _text.Line($"set {Pick("$v", "$w", "$v", "$args")} \"{Mixture()}\";");
                break;
            case 1 or 2:
                var replacement = Pick("/b/$1", "/a/", "/x.php?u=$1", "/b?", "/a/$2/$1?x=$1&y=$uri", "/img/$rest", "/$m1", "/p$uri?q=$arg_a", "/b/%20x", "$v", "/c d/$1?", "http://r.test/$1", "http://r.test/?u=$1", "/a?$args", "$scheme://$host/$1?", "/f/${v}x");
                _text.Line($"rewrite \"{Pick(Expressions.Append("^").Append("^/a").Append("^(.*)$"))}\" \"{replacement}\"{Pick("", "", " last", " break", " redirect", " permanent", " last")};");
                break;
            case 3 when Chance(2):
                _text.Line(Pick("return 404;", "return 200 \"$uri\";", "return 301 /b$uri;", "return 302 http://r.test$request_uri;", "return 403;", "return 204;", "return http://r.test/$1;", "return 418;", "return 500 text;", "return 405;"));
                break;
            case 3 or 4:
                OneIn(3, "break;");
                break;
            default:
                _text.Block($"if ({Condition()})", () => IfBody(inLocation, depth));
                break;
        }
    }

    private void IfBody(bool inLocation, int depth)
    {
        for (var i = random.Next(0, 3); i > 0; i--)
        {
            Rewriting(inLocation, depth + 1);
        }

        if (inLocation && Chance(3))
        {
            Pass(withoutUri: true);
        }
    }

    private string Condition() => Pick(
        "$arg_a", "$arg_a = 1", "$arg_a != \"x y\"", "$request_method = POST", "$uri ~ \"^/a/(.*)\"", "$request_uri ~* \"B(?<rest>.*)\"", "$host !~ a", "-f $request_filename", "!-e $request_filename",
        "-d $document_root$uri", "$v", "$m1 = one", "$g = loop", "$args ~ \"(\\d+)\"", "$v = \"$arg_a\"", "$cookie_c", "$s = one", "$uri !~* \"(php)$\"", "$m2");

    private string Mixture() => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => Pick(Variables.Concat(["/", ".x", " ", "%20", "?"]))));

    private void OneIn(int chances, string directive)
    {
        if (Chance(chances))
        {
            _text.Line(directive);
        }
    }

    private bool Chance(int oneIn) => random.Next(oneIn) == 0;

    private string Pick(params IEnumerable<string> choices)
    {
        var all = choices.ToList();
        return all[random.Next(all.Count)];
    }

    private List<string> Some(params string[] choices) => [.. choices.Where(_ => random.Next(3) == 0)];

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
