using System.Globalization;
using System.Text.RegularExpressions;
using Why502.Lab.Machine;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>A machine that does not let a repair happen: it says why, and the old state is there.</summary>
public sealed partial class FaultScenarios
{
    [SkippableFact]
    public void DiskFull() => LabMachine.Run(nameof(DiskFull), machine =>
    {
        var site = new RepairSite(machine);
        machine.Shell("mv conf.d kept.d; mkdir conf.d; mount -t tmpfs -o size=48k tmpfs conf.d; cp -a kept.d/. conf.d/; rm -r kept.d; head -c 100000 /dev/zero >conf.d/.filler 2>/dev/null || true");
        site.Refuses("no space left");
    });

    [SkippableFact]
    public void DiskFullForTheCopies() => LabMachine.Run(nameof(DiskFullForTheCopies), machine =>
    {
        var site = new RepairSite(machine);
        machine.Shell("mkdir state; mount -t tmpfs -o size=8k tmpfs state");
        site.Refuses("no space left");
    });

    [SkippableFact]
    public void ReadOnlyFileSystem() => LabMachine.Run(nameof(ReadOnlyFileSystem), machine =>
    {
        var site = new RepairSite(machine);
        machine.Shell("mount --bind conf.d conf.d; mount -o remount,bind,ro conf.d");
        site.Refuses("read-only file system");
    });

    /// <summary>A file that is a mount of its own, as Docker mounts single files, cannot be exchanged.</summary>
    [SkippableFact]
    public void FileThatIsAMount() => LabMachine.Run(nameof(FileThatIsAMount), machine =>
    {
        var site = new RepairSite(machine);
        machine.Shell("cp conf.d/b.conf other.conf; mount --bind other.conf conf.d/b.conf");
        site.Refuses("is a mount");
    });

    [SkippableFact]
    public void ConfigurationThatNginxRefuses() => LabMachine.Run(nameof(ConfigurationThatNginxRefuses), machine =>
    {
        var site = new RepairSite(machine);
        site.Refuses("nginx -t: unexpected \"}\"", "old;", "new");
    });

    /// <summary>
    /// As root <c>nginx -t</c> makes logs and gives its temp directories away (ngx_init_cycle, ngx_create_paths). A repair that ends there leaves no trace of it:
    /// the missing log is missing, owners and modes are the administrator's.
    /// </summary>
    [SkippableFact]
    public void WhatTheTestTouches_IsAsBefore() => LabMachine.Run(nameof(WhatTheTestTouches_IsAsBefore), machine =>
    {
        var site = new RepairSite(machine);
        machine.Shell("rm logs/access.log; chown 1234:1235 logs/error.log temp/proxy; chmod 0711 temp/proxy; rmdir temp/scgi");
        Assert.Contains("nginx -t: unexpected", machine.Must(site.Driver("apply", "old;", "new")), StringComparison.Ordinal);
        Assert.Equal("1234:1235 711", machine.Must("stat", "-c", "%u:%g %a", machine.PathOf("temp/proxy")).Trim());
        Assert.Equal("1234:1235", machine.Must("stat", "-c", "%u:%g", machine.PathOf("logs/error.log")).Trim());
        Assert.False(File.Exists(machine.PathOf("logs/access.log")), "nginx -t has left a log");
        Assert.False(Directory.Exists(machine.PathOf("temp/scgi")), "nginx -t has left a directory");
    });

    /// <summary><c>nginx -t</c> takes no notice of a port that somebody else has (ngx_open_listening_sockets); the reload does.</summary>
    [SkippableFact]
    public void ReloadThatNginxRefuses() => LabMachine.Run(nameof(ReloadThatNginxRefuses), machine =>
    {
        var site = new RepairSite(machine);
        machine.Start("other", "python3", "-c", "import socket, time; s = socket.create_server(('127.0.0.1', 8081)); time.sleep(600)");
        machine.WaitForPort(8081);
        site.Refuses("refused the reload: bind() to 127.0.0.1:8081 failed", "127.0.0.1:8080", "127.0.0.1:8081");
    });

    /// <summary>New connections, one for each request, while the repair is applied and taken back: none is refused, no request is cut.</summary>
    [SkippableFact]
    public void UnderLoad_NobodyNotices() => LabMachine.Run(nameof(UnderLoad_NobodyNotices), machine =>
    {
        Programs.Require("wrk");
        var site = new RepairSite(machine);
        var load = machine.Start("wrk", "wrk", "-t1", "-c8", "-d6s", "-H", "Connection: close", "http://127.0.0.1:8080/");
        Assert.Equal("done", machine.Must(site.Driver("apply")).Trim());
        Assert.Equal("done", machine.Must(site.Driver("undo")).Trim());
        Assert.Equal("done", machine.Must(site.Driver("apply")).Trim());
        load.WaitForExit();
        var said = File.ReadAllText(machine.PathOf("wrk.out"));
        Assert.DoesNotContain("Socket errors", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Non-2xx", said, StringComparison.Ordinal);
        Assert.True(int.Parse(Requests().Match(said).Groups[1].Value, CultureInfo.InvariantCulture) > 100, said);
    });

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Requests();
}
