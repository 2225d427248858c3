using Why502.Logs.Commands;
using Xunit;
using static Why502.Tests.Logs.Commands.Paste;

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

    [Theory]
    [InlineData("cat /proc/31/limits", "Max open files            1024                 4096                 files", 1024L, false)]
    [InlineData("ulimit -a", "open files                      (-n) 65535", 65535L, true)]
    [InlineData("ulimit -a", "nofiles              1024", 1024L, true)]
    [InlineData("ulimit -n", "1024", 1024L, true)]
    [InlineData("cat /proc/31/limits", "Max open files            unlimited            unlimited            files", null, false)]
    public void FileLimit_IsTheSoftOne(string command, string line, long? soft, bool isShells)
    {
        var row = Assert.Single(Read<ShownFileLimit>(new LimitListing(), line, command));
        Assert.Equal((soft, isShells), (row.Soft, row.IsShells));
    }

    private static (string, string) Pair(KernelSetting setting) => (setting.Name, setting.Value);
}
