using Why502.Host.Machine;
using Xunit;

namespace Why502.Tests.Host.Machine;

public sealed class UnitsTests
{
    private const string Shown = """
        Restart=no
        NRestarts=2
        Id=shop.service
        MainPID=0
        Result=exit-code
        ExecMainStatus=1
        ExecMainCode=1
        ExecStart={ path=/usr/bin/node ; argv[]=/usr/bin/node /srv/shop/server.js --db-password hunter2 ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }
        Environment=PORT=3000 SECRET=abc "NODE_ENV=production"
        LoadState=loaded
        ActiveState=failed
        SubState=failed
        FragmentPath=/etc/systemd/system/shop.service
        UnitFileState=enabled
        StateChangeTimestamp=Sat 2026-11-21 02:18:03 UTC

        Id=api.service
        ActiveState=inactive
        LoadState=loaded
        ExecMainCode=0
        ExecMainStatus=0
        MainPID=0

        Id=api.socket
        Listen=/run/api.sock (Stream)
        Listen=[::]:8080 (Stream)
        Triggers=api.service
        ActiveState=active

        """;

    [Fact]
    public void FailedService_IsToldInSystemdsWords()
    {
        var unit = UnitsReader.Units(SystemctlShow.Blocks(Shown)).Single(found => found.Name == "shop.service");

        Assert.Equal(("loaded", "failed", "exit-code", 1, "exited", "no", 2), (unit.LoadState, unit.ActiveState, unit.Result, unit.ExitStatus, unit.ExitCode, unit.Restart, unit.RestartCount));
        Assert.Equal([":3000"], unit.Addresses);
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 2, 18, 3, TimeSpan.Zero), unit.StateChangedAt);
        Assert.Null(unit.MainPid);
        Assert.DoesNotContain("hunter2", unit.ExecStart);
    }

    [Fact]
    public void ServiceStartedBySocket_HasTheSocketsAddresses()
    {
        var unit = UnitsReader.Units(SystemctlShow.Blocks(Shown)).Single(found => found.Name == "api.service");

        Assert.Equal(["unix:/run/api.sock", "[::]:8080"], unit.Addresses);
        Assert.Null(unit.ExitStatus);
    }

    [Theory]
    [InlineData("@1700000000", 1700000000)]
    [InlineData("Sat 2026-11-21 02:18:03 UTC", 1795227483)]
    [InlineData("", null)]
    [InlineData("n/a", null)]
    public void TimeStamps_AreReadInBothForms(string text, int? seconds) => Assert.Equal(seconds, (int?)SystemctlShow.TimeOf(text)?.ToUnixTimeSeconds());

    [Theory]
    [InlineData("{ path=/bin/sh ; argv[]=/bin/sh -c 'exec gunicorn -b 127.0.0.1:8005 app' ; ignore_errors=no ; }", "127.0.0.1:8005")]
    [InlineData("{ path=/srv/app ; argv[]=/srv/app --listen :9000 ; ignore_errors=no ; }", ":9000")]
    [InlineData("{ path=/srv/app ; argv[]=/srv/app --port 9001 --host 127.0.0.1 ; ignore_errors=no ; }", "127.0.0.1:9001")]
    public void ExecStart_TellsTheAddress(string execStart, string address)
        => Assert.Equal([address], SystemctlShow.FactOf(new() { ["Id"] = "x.service", ["ExecStart"] = execStart }).Addresses);
}
