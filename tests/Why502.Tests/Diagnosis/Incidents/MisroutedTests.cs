using Why502.Diagnosis;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>Requests that the configuration sends to the wrong place, or on with the wrong path.</summary>
public sealed class MisroutedTests
{
    [Fact]
    public void ServerOnTheAddressItself_TakesItFromTheNamedServer()
    {
        var found = NotFound("status.example", "listen 127.0.0.1:80;")[0];
        Assert.Equal("wrong-server-block", found.Cause.Id);
        Assert.Contains("127.0.0.1:80", found.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void ServerOfTheSameName_IsMeant() => Assert.DoesNotContain(NotFound("shop.example", ""), finding => finding.Cause.Id == "wrong-server-block");

    /// <summary>The first server of a file is the named one; <paramref name="taken"/> is the one that nginx's line names.</summary>
    private static IReadOnlyList<Finding> NotFound(string taken, string listen)
        => Scene.Run(new Case("", string.Join('\n', Enumerable.Repeat($"open() \"/srv/empty/cart\" failed (2: No such file or directory), client: 192.0.2.7, server: {taken}, request: \"GET /cart HTTP/1.1\", host: \"shop.example\"", 12)),
            "proxy_pass http://127.0.0.1:8000;", scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812), listen.Length == 0 ? "" : $"server {{ {listen} server_name status.example; root /srv/empty; }}")).Findings;

    /// <summary>A site whose file no include reads, beside a name that a scanner tries.</summary>
    [Theory]
    [InlineData(12, true)]
    [InlineData(400, false)]
    public void NameThatNoServerHas_IsTold(long others, bool told)
    {
        var found = Scene.Run(new Case("", string.Join('\n', Enumerable.Repeat("open() \"/srv/empty/cart\" failed (2: No such file or directory), client: 192.0.2.7, server: shop.example, request: \"GET /cart HTTP/1.1\", host: \"crm.other.example\"", 12)),
            "proxy_pass http://127.0.0.1:8000;", scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).Gets("/cart", 404, StatusOrigin.Nginx, 12, host: "crm.other.example").Gets("/", 200, StatusOrigin.Upstream, others, "127.0.0.1:8000")));
        Assert.DoesNotContain(found.Findings, finding => finding.Confidence >= 0.5);
        Assert.Equal(told, found.Notes.Any(note => note.Contains("crm.other.example", StringComparison.Ordinal) && note.Contains("no server_name", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("location /v2 { proxy_pass http://127.0.0.1:3000/api/;", "proxy_pass http://127.0.0.1:3000/api;")]
    [InlineData("location /v2/ { proxy_pass http://127.0.0.1:3000/api;", "proxy_pass http://127.0.0.1:3000/api/;")]
    [InlineData("location /v2 { proxy_pass http://127.0.0.1:3000/;", "location /v2/ {")]
    public void SlashOnOneSideOnly_IsWrittenOnBothOrNeither(string location, string written)
    {
        var found = Scene.Run(new Case("", "", $"proxy_pass http://127.0.0.1:3001; }} {location}", scene => scene.Listens("127.0.0.1:3000", "node", 812).Gets("/v2/users", 404, StatusOrigin.Upstream, 40, "127.0.0.1:3000"))).Findings[0];
        Assert.Equal("proxy-uri-rewrite", found.Cause.Id);
        Assert.Contains(written, System.Text.Encoding.UTF8.GetString(Assert.Single(found.Fix!.Edits).After), StringComparison.Ordinal);
    }

    /// <summary>The app's other places are answered: it is the place that is refused, not the app.</summary>
    [Fact]
    public void HandshakesRefusedInOnePlace_AreNotWeighedByTheOthers()
    {
        var found = Scene.Run(new Case("", "", "proxy_pass http://127.0.0.1:8080; } location /ws { proxy_set_header X-Real-IP $remote_addr; proxy_pass http://127.0.0.1:8080;",
            scene => scene.Listens("127.0.0.1:8080", "python3", 812).Gets("/ws", 400, StatusOrigin.Upstream, 14, "127.0.0.1:8080").Gets("/", 200, StatusOrigin.Upstream, 200, "127.0.0.1:8080"))).Findings[0];
        Assert.Equal("upgrade-failed", found.Cause.Id);
    }

    /// <summary>The named server would have passed the request on, and the row says that nobody was asked: the listen with the address took it. A row that does not say so tells nothing.</summary>
    [Theory]
    [InlineData("listen 127.0.0.1:80;", StatusOrigin.Nginx, true)]
    [InlineData("listen 127.0.0.1:80;", StatusOrigin.Unknown, false)]
    [InlineData("listen 127.0.0.1:81;", StatusOrigin.Nginx, false)]
    public void RowWithoutAnUpstream_IsOfTheNarrowerListen(string listen, StatusOrigin origin, bool told)
    {
        var found = Scene.Run(new Case("", "", "proxy_pass http://127.0.0.1:8000;", scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).Gets("/cart", 404, origin, 30, named: false),
            $"server {{ {listen} server_name status.example; location / {{ return 404; }} }}")).Findings;
        Assert.Equal(told, found.Any(finding => finding.Cause.Id == "wrong-server-block" && finding.Confidence >= 0.9));
    }

    /// <summary>A stream server of the same nginx writes a header before the request, and the app refuses what it cannot read; without the header the app's refusals are its own.</summary>
    [Theory]
    [InlineData("proxy_protocol on;", true)]
    [InlineData("", false)]
    public void HeaderOfAStreamBetween_IsRefusedByTheApp(string sends, bool told)
    {
        var found = Scene.Run(new Case("", "", "proxy_pass http://127.0.0.1:3100;", scene => scene.Listens("127.0.0.1:3100", "nginx", 820).Listens("127.0.0.1:3000", "node", 812).Gets("/", 400, StatusOrigin.Unknown, 24)
            .AtTop($"stream {{ server {{ listen 127.0.0.1:3100; proxy_pass 127.0.0.1:3000; {sends} }} }}"))).Findings;
        Assert.Equal(told, found.Any(finding => finding.Cause.Id == "proxy-protocol-mismatch" && finding.Confidence >= 0.9));
    }
}
