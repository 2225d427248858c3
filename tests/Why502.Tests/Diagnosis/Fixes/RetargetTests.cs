using System.Text;
using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>Pointing nginx elsewhere: in every place that names the dead address, and only at an app that is shown to be the one.</summary>
public sealed class RetargetTests
{
    private const string Refused = "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"";

    [Fact]
    public void EveryPlaceThatNamesTheAddress_IsChanged()
    {
        var edited = Edited("proxy_pass http://127.0.0.1:3000; } location /api/ { proxy_pass http://127.0.0.1:3000/v1/; } location /other/ { proxy_pass http://127.0.0.1:4000;", scene => scene.Listens("127.0.0.1:3001", "node", 812).Listens("127.0.0.1:4000", "node", 813));
        Assert.Contains("location / { proxy_pass http://127.0.0.1:3001; }", edited, StringComparison.Ordinal);
        Assert.Contains("location /api/ { proxy_pass http://127.0.0.1:3001/v1/; }", edited, StringComparison.Ordinal);
        Assert.Contains("proxy_pass http://127.0.0.1:4000;", edited, StringComparison.Ordinal);
    }

    [Fact]
    public void GroupAndLocationWithOneAddress_AreChangedTogether()
    {
        var edited = Edited("proxy_pass http://127.0.0.1:3000; } location /api/ { proxy_pass http://s;", scene => scene.Listens("127.0.0.1:3001", "node", 812), "upstream s { server 127.0.0.1:3000 max_fails=0; }");
        Assert.Contains("server 127.0.0.1:3001 max_fails=0;", edited, StringComparison.Ordinal);
        Assert.Contains("proxy_pass http://127.0.0.1:3001;", edited, StringComparison.Ordinal);
    }

    /// <summary>A metrics exporter answers, too: of two programs that nobody knows neither is the app.</summary>
    [Fact]
    public void TwoStrangers_AreAPersonsToTellApart()
    {
        var found = Find("proxy_pass http://127.0.0.1:3000;", scene => scene.Listens("127.0.0.1:9464", "node", 812).Listens("127.0.0.1:8050", "gunicorn", 813));
        Assert.All(found.Findings, finding => Assert.Empty(finding.Fix?.Edits ?? []));
    }

    [Fact]
    public void SlipOfThePen_IsToldFromAStranger()
        => Assert.Contains("proxy_pass http://127.0.0.1:3001;", Edited("proxy_pass http://127.0.0.1:3000;", scene => scene.Listens("127.0.0.1:3001", "node", 812).Listens("127.0.0.1:9464", "gunicorn", 813)), StringComparison.Ordinal);

    /// <summary>Requests that were answered while the stranger ran already were not answered by it.</summary>
    [Fact]
    public void StrangerThatRanBeside_IsNotTheApp()
    {
        var found = Find("proxy_pass http://127.0.0.1:3000;", scene => scene.Listens("127.0.0.1:9464", "node", 812).Answered("/", 200, "127.0.0.1:3000", 0.01, 40));
        Assert.All(found.Findings, finding => Assert.Empty(finding.Fix?.Edits ?? []));
    }

    /// <summary>What a map names for another host is that host's, also where the request decides the URI.</summary>
    [Fact]
    public void AddressOfTheMap_IsSomebodyElses()
    {
        var found = Find("proxy_pass http://$be$request_uri;", scene => scene.Listens("127.0.0.1:3001", "node", 812), "map $host $be { shop.example 127.0.0.1:3000; blog.example 127.0.0.1:3001; }");
        Assert.Equal("upstream-down", found.Findings[0].Cause.Id);
    }

    /// <summary>nginx's own resolver does not read hosts(5).</summary>
    [Fact]
    public void MovedNameOfTheHostsFile_IsReloadedOnly()
    {
        var found = Find("proxy_pass http://app.internal.example:3000;", scene => scene.InHosts("app.internal.example", "127.0.0.2").Listens("127.0.0.2:3000", "node", 812).Accepts("127.0.0.2:3000"));
        var finding = Assert.Single(found.Findings, finding => finding.Cause.Id == "dns-stale-address");
        Assert.True(finding.Fix!.IsMadeByReload);
        Assert.Empty(finding.Fix.Edits);
    }

    private static Conclusion Find(string location, Action<Scene> scene, string upstreams = "") => Scene.Run(new Case("", Refused, location, scene, upstreams));

    private static string Edited(string location, Action<Scene> scene, string upstreams = "")
    {
        var found = Find(location, scene, upstreams).Findings[0];
        Assert.Equal("upstream-wrong-address", found.Cause.Id);
        return Encoding.UTF8.GetString(Assert.Single(found.Fix!.Edits).After);
    }
}
