using Why502.Nginx.Checks;
using Xunit;

namespace Why502.Tests.Nginx.Checks;

public class SuggestionTests
{
    [Theory]
    [InlineData("location / {\n proxy_raed_timeout 5s;\n}", "did you mean \"proxy_read_timeout\"?")]
    [InlineData("location / {\n proxypass http://x;\n}", "did you mean \"proxy_pass\"?")]
    [InlineData("location / {\n listen 81;\n}", "it belongs into server {}")]
    [InlineData("satisfy anny;", "did you mean \"any\"?")]
    [InlineData("xyzzyplugh on;", null)]
    public void Mistyped_SuggestsTheNearestThatFits(string text, string? hint)
    {
        var problems = ConfigurationCheck.Run(Conf.Http("server {\n" + text + "\n}"), NginxFacts.Newest, UnobservedWorld.Instance);
        Assert.Equal(hint, Assert.Single(problems).Hint);
    }

    [Fact]
    public void DirectiveOfALaterVersion_IsUnknownWithItsVersion()
    {
        var problems = ConfigurationCheck.Run(Conf.Http("server {\n http2 on;\n}"), new NginxFacts(new Version(1, 24, 0)), UnobservedWorld.Instance);
        var problem = Assert.Single(problems);
        Assert.Equal("unknown directive \"http2\"", problem.Message);
        Assert.StartsWith("known from nginx 1.25.1 on", problem.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stream {\n}", "", "unknown directive \"stream\"")]
    [InlineData("load_module modules/ngx_stream_module.so;\nstream {\n}", "", null)]
    [InlineData("http {\n more_set_headers a;\n}", "", "unknown directive \"more_set_headers\"")]
    [InlineData("load_module modules/ngx_http_headers_more_filter_module.so;\nhttp {\n more_set_headers a;\n}", "", null)]
    [InlineData("http {\n gzip on;\n}", "without-http_gzip_module", "unknown directive \"gzip\"")]
    public void ModuleThatIsNotThere_HasNoDirectives(string text, string option, string? message)
    {
        var facts = new NginxFacts(new Version(1, 22, 1), new Dictionary<string, string> { ["with-stream"] = "dynamic", [option] = "" });
        var main = text.Contains("load_module", StringComparison.Ordinal) ? text + "\nevents {}" : "events {}\n" + text;
        var problems = ConfigurationCheck.Run(Conf.Load(main), facts, UnobservedWorld.Instance);
        Assert.Equal(message, problems.Count == 0 ? null : problems[0].Message);
    }
}
