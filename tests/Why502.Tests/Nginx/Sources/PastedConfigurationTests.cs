using System.Text;
using Why502.Nginx;
using Xunit;

namespace Why502.Tests.Nginx.Sources;

public sealed class PastedConfigurationTests
{
    [Theory]
    [InlineData("  12:upstream shop {\n  13-  server 10.0.0.4:80;\n  14-}\n")]
    [InlineData("12:upstream shop { 13- server 10.0.0.4:80; 14-}\n")]
    [InlineData("     1\tupstream shop {\n     2\t  server 10.0.0.4:80;\n     3\t}\n")]
    [InlineData("```\nupstream shop {\n...\n  server 10.0.0.4:80;\n}\n```\n")]
    public void NumbersAndMarks_AreTakenAway(string text)
    {
        var repaired = PastedConfiguration.Repair(Encoding.UTF8.GetBytes(text));
        Assert.NotNull(repaired);
        var configuration = NginxConfiguration.Load(new InMemorySource([KeyValuePair.Create("/given", repaired)]), "/given", "/");
        Assert.Equal("10.0.0.4:80", Assert.Single(Assert.Single(configuration.Root, directive => directive.Name == "upstream").Block!, directive => directive.Name == "server").Arguments[0]);
    }

    [Fact]
    public void LostSemicolons_AreSet()
        => Assert.NotNull(PastedConfiguration.Repair("proxy_ssl_protocols TLSv1.2\nproxy_ssl_server_name on\n"u8));

    [Theory]
    [InlineData("listen = 127.0.0.1:9000\nuser = www-data\n")]
    [InlineData("the user said that it listens on port 80\n")]
    [InlineData("2021: a year\n2022: a year\n2023: a year\n")]
    [InlineData("upstream timed out\n")]
    public void OtherText_IsNone(string text) => Assert.Null(PastedConfiguration.Repair(Encoding.UTF8.GetBytes(text)));
}
