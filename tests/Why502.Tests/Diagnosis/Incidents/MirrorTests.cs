using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>Copies of requests for <c>mirror</c> fail unseen: what clients meet comes first, however many copies fail.</summary>
public sealed class MirrorTests
{
    private const string TooBig = "upstream sent too big header while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /login HTTP/1.1\", upstream: \"http://127.0.0.1:8000/login\", host: \"shop.example\"";
    private const string Copy = "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", subrequest: \"/_copy\", upstream: \"http://127.0.0.1:8999/\", host: \"shop.example\"";

    [Fact]
    public void CopiesThatFail_ComeAfterWhatClientsMeet()
    {
        var conclusion = Run("mirror /_copy;");
        Assert.Equal(["response-header-too-big", "upstream-down"], conclusion.Findings.Where(finding => finding.Confidence >= Conclusion.NamedFrom).Select(finding => finding.Cause.Id));
        Assert.Contains(conclusion.Notes, note => note.Contains("no client", StringComparison.Ordinal));
    }

    [Fact]
    public void OtherSubrequests_CountAsTheyAre() => Assert.Equal("upstream-down", Run("ssi on;").Findings[0].Cause.Id);

    private static Conclusion Run(string directive)
        => Scene.Run(new Case("", string.Join('\n', Enumerable.Repeat(Copy, 9).Append(TooBig)), $"{directive} proxy_pass http://127.0.0.1:8000; }} location = /_copy {{ internal; proxy_pass http://127.0.0.1:8999;", scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812)));
}
