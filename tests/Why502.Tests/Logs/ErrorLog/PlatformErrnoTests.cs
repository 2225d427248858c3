using System.Text;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Logs;

/// <summary>Lines of other systems are judged by their numbers as Linux has them.</summary>
public sealed class PlatformErrnoTests
{
    [Theory]
    [InlineData(61, "Connection refused", 111)]
    [InlineData(61, "Verbindungsaufbau abgelehnt", 111)]
    [InlineData(60, "Operation timed out", 110)]
    [InlineData(65, "No route to host", 113)]
    [InlineData(51, "Network is unreachable", 101)]
    [InlineData(49, "Can't assign requested address", 99)]
    [InlineData(48, "Address already in use", 98)]
    [InlineData(54, "Connection reset by peer", 104)]
    [InlineData(55, "No buffer space available", 105)]
    [InlineData(35, "Resource temporarily unavailable", 11)]
    [InlineData(146, "Connection refused", 111)]
    [InlineData(145, "Connection timed out", 110)]
    [InlineData(10061, "No connection could be made because the target machine actively refused it", 111)]
    [InlineData(10060, "", 110)]
    [InlineData(111, "Connection refused", 111)]
    [InlineData(113, "Host is unreachable", 113)]
    [InlineData(36, "File name too long", 36)]
    [InlineData(36, "Operation now in progress", 115)]
    [InlineData(40, "Too many levels of symbolic links", 40)]
    [InlineData(13, "Permission denied", 13)]
    [InlineData(24, "Too many open files", 24)]
    public void NumberOfAnotherSystem_IsLinuxs(int written, string words, int expected) => Assert.Equal(expected, PlatformErrno.ToLinux(written, words));

    [Fact]
    public void LineOfFreeBsd_KeepsItsWordsAndIsRefused()
    {
        var fold = new ErrorLogFold(null, null);
        var reader = new ErrorLogReader("error.log");
        reader.Push(Encoding.UTF8.GetBytes("2026/01/15 12:00:00 [error] 796#100073: *22 kevent() reported that connect() failed (61: Connection refused) while connecting to upstream, client: 192.0.2.7, server: a.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"a.example\"\n"), fold.Add);
        reader.Complete(fold.Add);
        var group = Assert.Single(fold.Summary().Groups);
        Assert.Equal(111, group.Errno);
        Assert.Contains("(61: Connection refused)", group.Message, StringComparison.Ordinal);
    }
}
