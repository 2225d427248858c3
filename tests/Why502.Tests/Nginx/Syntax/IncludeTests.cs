using Why502.Nginx;
using Xunit;

namespace Why502.Tests.Nginx.Syntax;

public sealed class IncludeTests
{
    [Fact]
    public void RelativeInclude_ResolvesFromTheMainFilesFolder()
    {
        var configuration = Conf.Load(
            "include conf.d/a.conf;",
            ("/etc/nginx/conf.d/a.conf", "include b.conf;"),
            ("/etc/nginx/b.conf", "user www;"));
        Assert.Equal("www", configuration.User);
        Assert.Equal(["/etc/nginx/nginx.conf", "/etc/nginx/conf.d/a.conf", "/etc/nginx/b.conf"], configuration.Files.Select(f => f.Path));
    }

    [Fact]
    public void Glob_SortsByBytesAndSkipsDotFilesAndFolders()
    {
        var configuration = Conf.Load(
            "http { include sites/*; }",
            ("/etc/nginx/sites/b", "server { listen 2; }"),
            ("/etc/nginx/sites/B", "server { listen 1; }"),
            ("/etc/nginx/sites/.hidden", "server { listen 9; }"),
            ("/etc/nginx/sites/deeper/c", "server { listen 9; }"));
        Assert.Equal([1, 2], configuration.Servers.Select(s => s.Listens[0].Port));
    }

    [Fact]
    public void MissingFile_IsAProblemAtTheIncludeButAnEmptyGlobIsNot()
    {
        var configuration = Conf.Load("\ninclude none.conf;\ninclude none/*.conf;\nuser www;");
        var problem = Assert.Single(configuration.Problems);
        Assert.Equal("open() \"/etc/nginx/none.conf\" failed (2: No such file or directory) in /etc/nginx/nginx.conf:2", problem.ToString());
        Assert.Equal("www", configuration.User);
    }

    [Fact]
    public void Cycle_IsReportedAndEnds()
    {
        var configuration = Conf.Load("include a.conf;", ("/etc/nginx/a.conf", "include nginx.conf; user www;"));
        Assert.Contains(configuration.Problems, p => p.Kind == ProblemKind.Include && p.At.File == "/etc/nginx/a.conf");
        Assert.Equal("www", configuration.User);
    }

    [Fact]
    public void FilesThatMultiply_AreCutOff()
    {
        var others = Enumerable.Range(0, 40)
            .Select(i => ($"/etc/nginx/{i}", $"include {i + 1};include {i + 1};include {i + 1};"))
            .Append(("/etc/nginx/40", "a; b; c; d;"));
        var configuration = Conf.Load("include 0;", [.. others]);
        Assert.Contains(configuration.Problems, p => p.Message.Contains("again and again", StringComparison.Ordinal));
    }

    [Fact]
    public void FileIncludedTwice_TakesEffectInBothPlaces()
    {
        var configuration = Conf.Load(
            "http { server { location /a { include app; } location /b { proxy_read_timeout 9s; include app; } } }",
            ("/etc/nginx/app", "proxy_pass http://127.0.0.1:3000;\n"));
        Assert.Equal(["/a", "/b"], configuration.ProxiedLocations.Select(p => p.Location!.Path));
        Assert.Equal([60, 9], configuration.ProxiedLocations.Select(p => (int)p.ReadTimeout.TotalSeconds));
        Assert.All(configuration.ProxiedLocations, p => Assert.Equal("/etc/nginx/app:1", p.At.ToString()));
        Assert.Equal(2, configuration.Files.Count);
    }

    [Fact]
    public void GlobalDirectives_ComeFirstAndNeedNoLastSemicolon()
    {
        var source = new InMemorySource().Add(Conf.Main, "worker_processes 4;");
        var configuration = NginxConfiguration.Load(source, Conf.Main, "/etc/nginx", "user app; daemon off");
        Assert.Equal("app", configuration.User);
        Assert.Equal(["user", "daemon", "worker_processes"], configuration.Root.Select(d => d.Name));
        Assert.Empty(configuration.Problems);
    }

    [Fact]
    public void Dump_IsAWholeConfigurationWithItsOwnLines()
    {
        const string Dump = """
            nginx: the configuration file /etc/nginx/nginx.conf syntax is ok
            nginx: configuration file /etc/nginx/nginx.conf test is successful
            # configuration file /etc/nginx/nginx.conf:
            events {}
            http { include sites/*; }

            # configuration file /etc/nginx/sites/shop:
            server {
                location / { proxy_pass http://127.0.0.1:3000; }
            }


            """;
        var source = new InMemorySource().Add("/tmp/pasted.txt", Dump);
        var configuration = NginxConfiguration.Load(source, "/tmp/pasted.txt", "/etc/nginx");
        Assert.Equal("/etc/nginx/sites/shop:2", Assert.Single(configuration.ProxiedLocations).At.ToString());
        Assert.All(configuration.Files, f => Assert.True(f.WasDump));
        Assert.Equal("server {\n    location / { proxy_pass http://127.0.0.1:3000; }\n}\n", System.Text.Encoding.UTF8.GetString(configuration.Files[1].Print()));
        Assert.Empty(configuration.Problems);
    }

    [Theory]
    [InlineData("/a/*.conf", "/a/b.conf", true)]
    [InlineData("/a/*.conf", "/a/.b.conf", false)]
    [InlineData("/a/.*.conf", "/a/.b.conf", true)]
    [InlineData("/a/*", "/a/b/c", false)]
    [InlineData("/*/b", "/a/b", true)]
    [InlineData("/a/?.c", "/a/x.c", true)]
    [InlineData("/a/[!a-c]", "/a/d", true)]
    [InlineData("/a/[!a-c]", "/a/b", false)]
    [InlineData("/a/[]x]", "/a/]", true)]
    [InlineData("/a/[x", "/a/[x", true)]
    [InlineData("/a/\\*", "/a/*", true)]
    [InlineData("/a/\\*", "/a/b", false)]
    [InlineData("/a/*a*a*a*b", "/a/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false)]
    public void GlobPattern_MatchesAsGlob3(string pattern, string path, bool matches) =>
        Assert.Equal(matches, new GlobPattern(pattern).Matches(path));

    [Theory]
    [InlineData("$ sudo nginx -T\nnginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n", "", "\nroot@web1:~# curl -I localhost\nHTTP/1.1 502 Bad Gateway\n")]
    [InlineData("See below:\n\n", "    ", "\n\nThat is all; any idea? {\n")]
    [InlineData("", "> ", "")]
    [InlineData("Nov 21 10:00:01 web1 nginx[812]: hello\n", "Nov 21 10:00:02 web1 nginx[812]: ", "")]
    [InlineData("", "", "# the end\n[root@web ~]$ ")]
    public void DumpWithNoiseAround_IsTheDump(string before, string prefix, string behind)
    {
        const string Dump = "# configuration file /etc/nginx/nginx.conf:\nevents { }\nhttp {\n  include a.conf;\n}\n\n# configuration file /etc/nginx/a.conf:\n# shops\nserver {\n  listen 81;\n}\n\n";
        var lines = Dump.Split('\n')[..^1].Select((line, i) => prefix.Replace(":02", $":{10 + i}", StringComparison.Ordinal) + line + "\n");
        var configuration = Conf.Load(before + string.Concat(lines) + behind);
        Assert.Empty(configuration.Problems);
        Assert.Equal(["/etc/nginx/nginx.conf", "/etc/nginx/a.conf"], configuration.Files.Select(f => f.Path));
        Assert.Equal(81, Assert.Single(configuration.Servers).Listens[0].Port);
        Assert.Equal(2, configuration.Servers[0].At.Line);
        Assert.True(NginxConfiguration.LooksLikeConfiguration(System.Text.Encoding.UTF8.GetBytes(before + string.Concat(lines) + behind)));
    }

    [Fact]
    public void IndentedCommentInAConfiguration_IsNoDump()
    {
        var configuration = Conf.Load("events { }\nhttp {\n    # configuration file /etc/nginx/a.conf:\n    server { listen 82; }\n}\n");
        Assert.Equal(82, Assert.Single(configuration.Servers).Listens[0].Port);
        Assert.Equal(Conf.Main, configuration.MainFile);
    }
}
