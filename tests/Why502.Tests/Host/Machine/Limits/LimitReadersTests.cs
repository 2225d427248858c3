using System.Net;
using Why502.Host.Machine;
using Xunit;

namespace Why502.Tests.Host.Machine;

public sealed class LimitReadersTests
{
    [Fact]
    public void Mount_IsTheLongestAboveAndTheLaterOfTwo()
    {
        const string Table = """
            22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
            31 22 0:26 / /var/lib/nginx rw,nosuid - tmpfs tmpfs rw,size=1024k
            32 31 0:27 / /var/lib/nginx rw - xfs /dev/sdb rw
            33 22 0:28 / /srv/a\040b rw shared:7 master:1 - tmpfs tmpfs rw
            """;
        Assert.Equal(new MountEntry("/var/lib/nginx", "xfs"), MountTable.Holding(Table, "/var/lib/nginx/proxy"));
        Assert.Equal(new MountEntry("/", "ext4"), MountTable.Holding(Table, "/var/lib/nginx2"));
        Assert.Equal(new MountEntry("/srv/a b", "tmpfs"), MountTable.Holding(Table, "/srv/a b/c"));
        Assert.Null(MountTable.Holding("", "/"));
    }

    [Fact]
    public void Tracking_CountsEntriesOnceAndDropsOfAllProcessors()
    {
        var fact = ConnectionTrackingReader.Parse("entries  insert_failed drop early_drop\n00040000  00000001 00000002 00000003\n00040000  00000001 0000000a 00000000\n", 262_144);
        Assert.Equal((262_144L, 2L, 12L, 3L, true), (fact.Count, fact.InsertFailed, fact.Dropped, fact.EarlyDropped, fact.Full));
        Assert.False(ConnectionTrackingReader.Parse("", 10).Full);
    }

    [Fact]
    public void Ports_AreCountedTowardsOneDestination()
    {
        var peer = new IPEndPoint(IPAddress.Parse("10.0.0.8"), 8080);
        TcpRow Row(string local, int port, string to, int state) => new(IPAddress.Parse(local), port, IPAddress.Parse(to), 8080, state, 1, null, null, null, 0);
        var fact = LocalPortsReader.Count(
            [Row("10.0.0.5", 40_000, "10.0.0.8", 1), Row("10.0.0.5", 40_001, "10.0.0.8", 6), Row("10.0.0.5", 40_002, "10.0.0.9", 6), Row("10.0.0.5", 50, "10.0.0.8", 2), Row("10.0.0.6", 40_000, "10.0.0.8", 1)],
            peer,
            (40_000, 40_003),
            [40_003, 9],
            2);
        Assert.Equal((2, 3, 1, 2, 1), (fact.Used, fact.Available!.Value, fact.TimeWait, fact.Established, fact.Others));
    }

    [Fact]
    public void Limits_KnowUnlimited()
    {
        const string Limits = "Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 524288               files     \nMax address space         unlimited            unlimited            bytes     \n";
        Assert.Equal((1024L, 524_288L), ProcessLimits.Of(Limits, "Max open files"));
        Assert.Equal((null, null), ProcessLimits.Of(Limits, "Max address space"));
    }

    [Fact]
    public void Pressure_IsReadByLine()
    {
        const string Text = "some avg10=12.50 avg60=3.00 avg300=1.00 total=12\nfull avg10=0.25 avg60=0.00 avg300=0.00 total=1\n";
        Assert.Equal((12.5, 3.0, 0.25), (PressureReader.Average(Text, "some", "avg10="), PressureReader.Average(Text, "some", "avg60="), PressureReader.Average(Text, "full", "avg10=")));
    }
}
