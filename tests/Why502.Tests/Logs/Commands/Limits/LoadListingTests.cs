using Why502.Logs.Commands;
using Xunit;

namespace Why502.Tests.Logs.Commands;

public sealed class LoadListingTests
{
    [Fact]
    public void Top_IsReadOfEveryVersion()
    {
        var procps = Load("""
            top - 14:02:11 up 12 days,  3:11,  2 users,  load average: 48.11, 40.02, 22.90
            Tasks: 301 total,  33 running, 268 sleeping,   0 stopped,   0 zombie
            %Cpu(s):  9.1 us,  5.0 sy,  0.0 ni,  2.0 id, 83.6 wa,  0.0 hi,  0.3 si,  0.4 st
            """);
        Assert.Equal((48.11, 2.0, 83.6, 0.4), (procps.Load1, procps.Idle, procps.IoWait, procps.Steal));
        var old = Load("Cpu(s): 12.5%us,  2.1%sy,  0.0%ni, 80.0%id,  5.4%wa,  0.0%hi,  0.0%si,  0.0%st");
        Assert.Equal((80.0, 5.4), (old.Idle, old.IoWait));
        var busybox = Load("CPU:  12% usr   3% sys   0% nic  80% idle   5% io   0% irq   0% sirq\nLoad average: 1.10 0.90 0.80 3/301 771");
        Assert.Equal((80.0, 5.0), (busybox.Idle, busybox.IoWait));
    }

    [Fact]
    public void Uptime_HasItsLoadAndNprocItsNumber()
    {
        Assert.Equal(0.61, Load(" 14:02:11 up 12 days,  3:11,  2 users,  load average: 0.61, 0.55, 0.40").Load1);
        Assert.Equal(8, new LoadListing().Read(Text("8", "nproc")).OfType<LoadListed>().Single().Cores);
    }

    /// <summary>The first row is the average since the machine was started.</summary>
    [Fact]
    public void Vmstat_CountsItsLastRow()
    {
        var row = Load("""
            procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----
             r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st
             9  4 1893208  70112   1200  40888    8    4  1200   990 1201 2210 20 11 69  0  0
             7 12 1921004  61240   1100  39120 9120 10240 15200 11030 4011 9120 12 30  1 57  0
            """);
        Assert.Equal(((9120 + 10240) / 4, 57.0, 1.0), (row.SwapPages!.Value, row.IoWait!.Value, row.Idle!.Value));
    }

    [Fact]
    public void Pressure_KnowsItsResourceByTheCommand()
    {
        var rows = new LoadListing().Read(Text("some avg10=71.20 avg60=60.11 avg300=30.00 total=1\nfull avg10=44.00 avg60=40.00 avg300=20.00 total=1", "cat /proc/pressure/io")).OfType<PressureListed>().ToList();
        Assert.Equal([("io", false, 71.2), ("io", true, 44.0)], rows.Select(row => (row.Resource, row.Full, row.Average10)));
    }

    private static LoadListed Load(string text) => Assert.Single(new LoadListing().Read(Text(text, null)).OfType<LoadListed>());

    private static PastedText Text(string text, string? command)
    {
        var pasted = Paste.Of(text, command);
        Assert.True(new LoadListing().Looks(pasted));
        return pasted;
    }
}
