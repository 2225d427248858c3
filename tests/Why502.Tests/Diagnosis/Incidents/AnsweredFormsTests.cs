using Why502.Diagnosis;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>Which statuses are symptoms by themselves, and whose.</summary>
public sealed class AnsweredFormsTests
{
    [Theory]
    [InlineData(200, StatusOrigin.Upstream)]
    [InlineData(500, StatusOrigin.Upstream)]
    [InlineData(500, StatusOrigin.Unknown)]
    [InlineData(401, StatusOrigin.Upstream)]
    [InlineData(403, StatusOrigin.Nginx)]
    [InlineData(304, StatusOrigin.Unknown)]
    public void AppsOwnBusiness_IsNoSymptom(int status, StatusOrigin origin) => Assert.Null(AnsweredForms.Of(status, origin));

    [Theory]
    [InlineData(503, StatusOrigin.Upstream, "upstream-answered-error", Origin.Upstream)]
    [InlineData(503, StatusOrigin.Nginx, "rate-limited", Origin.Nginx)]
    [InlineData(502, StatusOrigin.Nginx, "status-from-config", Origin.Nginx)]
    [InlineData(499, StatusOrigin.Client, "client-gave-up", Origin.Client)]
    [InlineData(9, StatusOrigin.Unknown, "protocol-mismatch", Origin.Upstream)]
    [InlineData(400, StatusOrigin.Upstream, "upgrade-failed", Origin.Upstream)]
    [InlineData(404, StatusOrigin.Upstream, "proxy-uri-rewrite", Origin.Upstream)]
    public void Status_HasItsCandidatesAndItsMaker(int status, StatusOrigin made, string candidate, Origin origin)
    {
        var form = AnsweredForms.Of(status, made);
        Assert.NotNull(form);
        Assert.Contains(candidate, form.Candidates);
        Assert.Equal(origin, form.Origin);
    }
}
