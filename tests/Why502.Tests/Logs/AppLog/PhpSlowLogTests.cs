using System.Text;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Logs;

public class PhpSlowLogTests
{
    [Fact]
    public void TopFrame_IsWhatThePoolWaitsFor()
    {
        const string Log = """
            [21-Nov-2026 08:00:01]  [pool www] pid 1234
            script_filename = /srv/shop/index.php
            [0x00007f8a5f61f0c0] mysqli_query() /srv/shop/db.php:12
            [0x00007f8a5f61f020] report() /srv/shop/index.php:40

            """;
        List<AppLogEvent> events = [];
        AppLogReader reader = new("slow.log");
        reader.Push(Encoding.UTF8.GetBytes(Log), events.Add);
        reader.Complete(events.Add);
        AppLogEvent slow = Assert.Single(events);
        Assert.Equal((AppEventKind.SlowRequest, "www", 1234, "/srv/shop/index.php", new DateTime(2026, 11, 21, 8, 0, 1)), (slow.Kind, slow.Pool, slow.Pid, slow.Script, slow.Time));
        Assert.Equal("a slow request of /srv/shop/index.php is in mysqli_query() /srv/shop/db.php:12", slow.Text);
    }
}
