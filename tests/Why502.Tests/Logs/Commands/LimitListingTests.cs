using Why502.Logs.Commands;
using Xunit;

namespace Why502.Tests.Logs.Commands;

public sealed class LimitListingTests
{
    [Fact]
    public void Df_IsReadWithAndWithoutUnits()
    {
        var rows = Read<DiskUse>("""
            Filesystem      Size  Used Avail Use% Mounted on
            udev            447M     0  447M   0% /dev
            tmpfs            99M   99M     0 100% /run
            /dev/mapper/a-very-long-name-of-a-volume
                             30G  8.3G   21G  30% /
            """);
        Assert.Equal([("/dev", 0), ("/run", 100), ("/", 30)], rows.Select(row => (row.MountPoint, row.UsedPercent)));
        Assert.Equal(0, rows[1].Available);
        Assert.Equal(30L << 30, rows[2].Total);
        Assert.Equal(1024 * 1000, Assert.Single(Read<DiskUse>("Filesystem 1K-blocks Used Available Use% Mounted on\n/dev/sda1 1000 900 100 90% /data")).Total);
    }

    [Fact]
    public void DfOfInodes_CountsThem()
    {
        var row = Assert.Single(Read<DiskUse>("Filesystem      Inodes   IUsed IFree IUse% Mounted on\n/dev/vda1      1310720 1310720     0  100% /"));
        Assert.True(row.IsInodes);
        Assert.Equal((1310720L, 0L), (row.Total!.Value, row.Available!.Value));
    }

    [Fact]
    public void Free_KnowsItsUnit()
    {
        const string Text = """
                           total        used        free      shared  buff/cache   available
            Mem:            3919        3650          80           1         188          60
            Swap:              0           0           0
            """;
        Assert.Equal(3919L << 20, Assert.Single(Read<MemoryListed>(Text)).Total);
        Assert.Equal(60L << 20, Assert.Single(Read<MemoryListed>(Text)).Available);
        Assert.Equal(2L << 30, Assert.Single(Read<MemoryListed>("       total used free shared buff/cache available\nMem:   2Gi 1Gi 1Gi 0B 0B 512Mi")).Total);
    }

    [Fact]
    public void Settings_AreReadFromSysctlAndFromProc()
    {
        Assert.Equal(("net.netfilter.nf_conntrack_max", "65536"), Pair(Assert.Single(Read<KernelSetting>("net.netfilter.nf_conntrack_max = 65536\nnginx.x = 3"))));
        Assert.Equal(("net.ipv4.ip_local_port_range", "32768\t60999"), Pair(Assert.Single(Read<KernelSetting>("32768\t60999", "cat /proc/sys/net/ipv4/ip_local_port_range"))));
    }

    [Fact]
    public void Connections_AreReadFromSsAndNetstat()
    {
        var rows = Read<ListedConnection>("""
            ESTAB      0      0       10.0.0.5:40122      10.0.0.8:8080
            TIME-WAIT  0      0       10.0.0.5:40123      10.0.0.8:8080
            tcp        0      0 10.0.0.5:40124          10.0.0.8:8080           TIME_WAIT
            LISTEN     0      511     0.0.0.0:80          0.0.0.0:*
            """);
        Assert.Equal([40122, 40123, 40124], rows.Select(row => row.Local.Port));
        Assert.Equal([false, true, true], rows.Select(row => row.IsTimeWait));
    }

    private static (string, string) Pair(KernelSetting setting) => (setting.Name, setting.Value);

    private static List<TRecord> Read<TRecord>(string text, string? command = null)
        where TRecord : CommandRecord
        => [.. CommandReaders.Read(new PastedText("f", command, [.. text.Split('\n').Select((line, at) => new PastedLine(at + 1, line))])).OfType<TRecord>()];
}
