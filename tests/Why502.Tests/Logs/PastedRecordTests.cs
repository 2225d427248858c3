using Why502.Logs;
using Why502.Logs.Pasting;
using Xunit;

namespace Why502.Tests.Logs;

public sealed class PastedRecordTests
{
    [Theory]
    [InlineData("2023/02/03 10:MM:SS [error] 22#22: *XX upstream prematurely closed connection while reading response header from upstream, client: X.X.X.X", "upstream prematurely closed connection")]
    [InlineData("failed (111: Connection refused) while connecting to upstream", "connect() failed")]
    [InlineData("failed (32: Broken pipe)", "writev() failed")]
    [InlineData("07:16:11 [error] 22#22: *7 no live upstreams while connecting to upstream", "no live upstreams")]
    [InlineData("connect() failed (111: Connection refused)", "connect() failed")]
    [InlineData("unix:/run/tally.sock failed (13: Permission denied) while connecting to upstream", "connect() to unix:/run/tally.sock failed")]
    [InlineData("2021/11/02 08:11:40 [crit] 118 # 118: * 52 connect () to unix: /run/gunicorn.sock failed (2: No such file or directory) while connecting to upstream", "connect() to unix:/run/gunicorn.sock failed")]
    public void MangledLine_IsAMessageOfNginxAgain(string line, string message)
    {
        var record = ErrorLogLine.Parse(PastedRecord.Repair(line));
        Assert.NotNull(record?.Known);
        Assert.StartsWith(message, record.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WrappedMessage_IsLeftToItsNextLine()
        => Assert.Equal("upstream timed out (110: Connection timed out)", PastedRecord.Repair("upstream timed out (110: Connection timed out)", "  while reading upstream, client: 192.0.2.1"));

    [Fact]
    public void EntitiesEscapedTwice_AreQuotesAgain()
    {
        var record = ErrorLogLine.Parse(PastedRecord.Repair("2019/04/09 12:13:14 [error] 8#8: *9 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.8, server: x.example, request: &amp;quot;GET /a HTTP/1.1&amp;quot;, upstream: &amp;quot;http://127.0.0.1:4000/a&amp;quot;, host: &amp;quot;x.example&amp;quot;"));
        Assert.Equal("127.0.0.1:4000", record?.UpstreamPeer);
        Assert.Equal("GET", record?.Method);
    }

    [Theory]
    [InlineData("2024/08/14 09:31:07 [error] 3821#3821: *5103 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, request: \"GET /?q=a&quot;b HTTP/1.1\"")]
    [InlineData("192.0.2.1 - - [14/Aug/2024:09:31:07 +0200] \"GET /a?x=&amp;quot; HTTP/1.1\" 502 150")]
    [InlineData("location ~ ^/a # 1 # 2 {")]
    [InlineData("the build failed (2 errors)")]
    public void LineAsItShouldBe_IsLeftAlone(string line) => Assert.Same(line, PastedRecord.Repair(line));
}
