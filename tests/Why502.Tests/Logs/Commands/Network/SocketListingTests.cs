using Why502.Logs.Commands;
using Xunit;

namespace Why502.Tests.Logs.Commands;

public sealed class SocketListingTests
{
    [Fact]
    public void Ss_IsReadWithQueueAndProcess()
    {
        var rows = Read("""
            State    Recv-Q   Send-Q     Local Address:Port      Peer Address:Port  Process
            LISTEN   129      128            127.0.0.1:8000           0.0.0.0:*      users:(("gunicorn",pid=4411,fd=5),("gunicorn",pid=4409,fd=5))
            LISTEN   0        511                    *:443                  *:*      users:(("nginx",pid=1022,fd=7))
            LISTEN   0        4096     127.0.0.53%lo:53             0.0.0.0:*
            ESTAB    0        0              10.0.0.5:443        203.0.113.9:40122
            """);
        Assert.Equal(3, rows.Count);
        Assert.Equal(new ListeningSocket("127.0.0.1", 8000, 129, 128, "gunicorn", 4411, true) { File = "given", Line = 2 }, rows[0]);
        Assert.Equal(("127.0.0.53", 53, null), (rows[2].Address, rows[2].Port, rows[2].Process));
    }

    [Fact]
    public void SsOfUnixSockets_KeepsThePath()
    {
        var rows = Read("u_str LISTEN 0 100 /run/uwsgi/app.sock 30121 * 0 users:((\"uwsgi\",pid=77,fd=3))");
        Assert.Equal(new ListeningSocket("/run/uwsgi/app.sock", 0, 0, 100, "uwsgi", 77, false) { File = "given", Line = 1 }, Assert.Single(rows));
    }

    [Fact]
    public void Netstat_IsReadOnBothFamilies()
    {
        var rows = Read("""
            Active Internet connections (only servers)
            Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name
            tcp        0      0 127.0.0.1:9001          0.0.0.0:*               LISTEN      1873/php-fpm: maste
            tcp6       0      0 :::3000                 :::*                    LISTEN      -
            """);
        Assert.Equal([("127.0.0.1", 9001, "php-fpm"), ("::", 3000, null)], rows.Select(row => (row.Address, row.Port, row.Process)));
        Assert.All(rows, row => Assert.True(row.Complete));
    }

    [Fact]
    public void Lsof_IsRead()
    {
        var rows = Read("node    812 deploy   18u  IPv6  21555      0t0  TCP *:3000 (LISTEN)\nnode    812 deploy   19u  IPv4  21556      0t0  TCP 127.0.0.1:9229 (LISTEN)");
        Assert.Equal([("::", 3000), ("127.0.0.1", 9229)], rows.Select(row => (row.Address, row.Port)));
    }

    [Fact]
    public void FilteredListing_IsNotComplete()
    {
        var text = Prompts.Split("given", ["deploy@web:~$ sudo ss -ltnp | grep 3000", "LISTEN 0 511 0.0.0.0:3001 0.0.0.0:*"]);
        Assert.False(Assert.IsType<ListeningSocket>(Assert.Single(CommandReaders.Read(Assert.Single(text)))).Complete);
    }

    [Theory]
    [InlineData("LISTEN")]
    [InlineData("we LISTEN to 127.0.0.1:3000 and 1 2 3")]
    [InlineData("tcp LISTEN LISTEN LISTEN")]
    [InlineData("(LISTEN)")]
    [InlineData("LISTEN 0 99999999999999 :::::: x")]
    public void Prose_IsNoListing(string line) => Assert.Empty(Read(line));

    private static List<ListeningSocket> Read(string text) => Paste.Read<ListeningSocket>(text);
}
