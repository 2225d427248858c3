using Why502.Diagnosis;
using Why502.Host.Machine;
using Xunit;

namespace Why502.Tests.Host.Machine;

/// <summary>SELinux and AppArmor as their file systems show them: laid out here after selinuxfs and proc_pid_attr(5), since this kernel has neither.</summary>
public sealed class AccessControlTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("why502-policy").FullName;

    [Fact]
    public async Task EnforcingSelinux_IsRead()
    {
        Write("sys/fs/selinux/enforce", "1");
        Write("sys/fs/selinux/booleans/httpd_can_network_connect", "0 0");
        Process("system_u:system_r:httpd_t:s0\0");
        var fact = await ReadAsync();
        Assert.True(fact.IsConfinedBySelinux);
        Assert.Equal("httpd_t", fact.Domain);
        Assert.False(fact.Booleans["httpd_can_network_connect"]);
        Assert.False(fact.IsConfinedByAppArmor);
    }

    [Fact]
    public async Task AppArmorProfile_IsRead()
    {
        Process("/usr/sbin/nginx (enforce)\n");
        var fact = await ReadAsync();
        Assert.Equal("absent", fact.SelinuxMode);
        Assert.True(fact.IsConfinedByAppArmor);
    }

    [Theory]
    [InlineData("unconfined\n")]
    [InlineData("/usr/sbin/nginx (complain)\n")]
    public async Task WhatForbidsNothing_IsNoConfinement(string label)
    {
        Process(label);
        var fact = await ReadAsync();
        Assert.False(fact.IsConfinedByAppArmor || fact.IsConfinedBySelinux);
    }

    private async Task<AccessControlFact> ReadAsync()
    {
        var machine = new MachineAnswers(new MachineOptions { ProcPath = folder + "/proc", SysPath = folder + "/sys" }, TimeProvider.System);
        return Assert.IsType<AccessControlFact>((await machine.AnswerAsync(new AccessControl(812, ""), CancellationToken.None)).Fact);
    }

    private void Process(string label)
    {
        Write("proc/812/stat", "812 (nginx) S 1 812 812 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 1000 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0\n");
        Write("proc/812/status", "Name:\tnginx\nUid:\t33\t33\t33\t33\nSeccomp:\t0\n");
        Write("proc/812/attr/current", label);
    }

    private void Write(string path, string text)
    {
        var full = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
