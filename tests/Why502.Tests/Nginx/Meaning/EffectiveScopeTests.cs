using Why502.Nginx;
using Xunit;

namespace Why502.Tests.Nginx.Meaning;

public sealed class EffectiveScopeTests
{
    [Theory]
    // ngx_http_core_merge_loc_conf: root and alias are one field.
    [InlineData("root", "root /outer;", "alias /inner;", null)]
    [InlineData("alias", "root /outer;", "alias /inner;", "alias /inner")]
    [InlineData("root", "root /outer;", "", "root /outer")]
    // ngx_http_access_merge_loc_conf: allow and deny are one list.
    [InlineData("allow", "allow 10.0.0.1;", "deny all;", null)]
    [InlineData("deny", "allow 10.0.0.1;", "deny all;", "deny all")]
    // ngx_http_rewrite_merge_loc_conf merges no codes, ngx_http_try_files_module has no merge function at all.
    [InlineData("return", "return 404;", "", null)]
    [InlineData("try_files", "try_files a b;", "", null)]
    // Handlers are the location's own (clcf->handler).
    [InlineData("proxy_pass", "proxy_pass http://a;", "", null)]
    [InlineData("stub_status", "stub_status;", "", null)]
    // Flags, times and sizes come from the nearest block.
    [InlineData("internal", "internal;", "", "internal")]
    [InlineData("proxy_read_timeout", "proxy_read_timeout 5s;", "", "proxy_read_timeout 5s")]
    [InlineData("proxy_read_timeout", "proxy_read_timeout 5s;", "proxy_read_timeout 6s;", "proxy_read_timeout 6s")]
    public void NestedLocation_InheritsAsTheModuleMerges(string name, string outer, string inner, string? expected)
    {
        var scope = Scope($"location /a/ {{ {outer} location /a/b {{ {inner} }} }}", "/a/b");
        Assert.Equal(expected, scope.Value(name).Directive?.ToString());
    }

    [Fact]
    public void ListOfAllowAndDeny_IsInForceAsAWholeAndInOrder()
    {
        var scope = Scope("location / { allow 10.0.0.1; deny 10.0.0.2; allow 10.0.0.3; deny all; }", "/");
        Assert.Equal(["allow 10.0.0.1", "deny 10.0.0.2", "allow 10.0.0.3", "deny all"], scope.Value("allow").Directives.Select(d => d.ToString()));
    }

    [Fact]
    public void LimitExcept_HoldsForMethodsThatAreNotOnItsList()
    {
        const string text = "location / { proxy_pass http://a; client_max_body_size 1m; limit_except GET { deny all; client_max_body_size 2m; } }";
        Assert.Equal("2m", Scope(text, "/", "POST").Value("client_max_body_size").Value);
        Assert.Equal("1m", Scope(text, "/", "HEAD").Value("client_max_body_size").Value);
        // ngx_http_proxy_merge_loc_conf: the nameless location takes the upstream and the handler over.
        Assert.Equal("proxy_pass http://a", Scope(text, "/", "POST").Handler?.ToString());
    }

    [Fact]
    public void Shadowed_TellsWhatDoesNotApplyAndWhy()
    {
        var scope = Scope("add_header A 1; add_header B 2; try_files x y; location / { add_header B 2; add_header C 3; }", "/");
        var replaced = Assert.Single(scope.Shadowed(scope.Value("add_header")));
        Assert.Equal(ShadowReason.ReplacedAsAWhole, replaced.Reason);
        // What is said again is not missed.
        Assert.Equal(["add_header A 1"], replaced.Directives.Select(d => d.ToString()));
        Assert.Equal(ShadowReason.NotInherited, Assert.Single(scope.Shadowed(scope.Value("try_files"))).Reason);
    }

    [Theory]
    [InlineData("proxy_http_version", "1.28.0", "1.0")]
    [InlineData("proxy_http_version", "1.29.7", "1.1")]
    [InlineData("keepalive_requests", "1.18.0", "100")]
    [InlineData("keepalive_requests", "1.22.1", "1000")]
    [InlineData("ssl_protocols", "1.22.1", "TLSv1 TLSv1.1 TLSv1.2")]
    [InlineData("ssl_protocols", "1.26.3", "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3")]
    [InlineData("ssl_protocols", "1.29.0", "TLSv1.2 TLSv1.3")]
    [InlineData("proxy_buffers", "1.22.1", "8 4k")]
    public void Default_IsThatOfTheVersion(string name, string version, string expected)
    {
        var configuration = Conf.InServer("location / { }");
        var scope = new EffectiveScope(configuration, configuration.Servers[0], configuration.Servers[0].Locations[0], "GET", new Version(version));
        Assert.Equal(expected, string.Join(' ', scope.Value(name).Arguments));
    }

    [Fact]
    public void BusyBuffers_AreTwiceTheLargerBuffer() =>
        Assert.Equal(["32k"], Scope("proxy_buffers 4 16k; location / { }", "/").Value("proxy_busy_buffers_size").Arguments);

    [Fact]
    public void ProcessErrorLog_HoldsWhereNobodySaysOtherwise()
    {
        var configuration = Conf.Load("error_log /e warn;\nevents {}\nhttp { server { location / { } } }");
        var scope = new EffectiveScope(configuration, configuration.Servers[0], configuration.Servers[0].Locations[0], "GET");
        Assert.Equal(1, scope.Value("error_log").At?.Line);
    }

    [Fact]
    public void HeadersMore_AddToTheOuterOnes() => Assert.Equal(
        ["more_set_headers A: 1", "more_set_headers B: 2"],
        Scope("more_set_headers 'A: 1'; location / { more_set_headers 'B: 2'; }", "/").Value("more_set_headers").Directives.Select(d => d.ToString()));

    [Theory]
    [InlineData("", "", "C")]
    [InlineData("add_header_inherit merge;", "", "C B A")]
    [InlineData("", "add_header_inherit merge;", "C B")]
    [InlineData("add_header_inherit merge;", "add_header_inherit off;", "C")]
    public void AddHeaderInherit_SaysHowTheListIsInherited(string inServer, string inLocation, string expected)
    {
        var configuration = Conf.Http($"add_header A 1; server {{ {inServer} add_header B 2; location / {{ {inLocation} add_header C 3; }} }}");
        var scope = new EffectiveScope(configuration, configuration.Servers[0], configuration.Servers[0].Locations[0], "GET");
        Assert.Equal(expected, string.Join(' ', scope.Value("add_header").Directives.Select(d => d.Arguments[0])));
    }

    [Fact]
    public void SnippetWithoutServer_InheritsFromItsTopLevel()
    {
        var configuration = Conf.Load("proxy_read_timeout 7s;\nlocation / { proxy_pass http://127.0.0.1:1; }\n");
        Assert.Equal(TimeSpan.FromSeconds(7), configuration.ProxiedLocations[0].ReadTimeout);
    }

    private static EffectiveScope Scope(string inServer, string path, string method = "GET")
    {
        var configuration = Conf.InServer(inServer);
        var server = configuration.Servers[0];
        return new EffectiveScope(configuration, server, server.AllLocations().Last(l => path.StartsWith(l.Path, StringComparison.Ordinal)), method);
    }
}
