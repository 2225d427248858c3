using System.Text;
using Why502.Host.Machine;
using Xunit;

namespace Why502.Tests.Host.Machine;

public sealed class ProcessTests
{
    [Fact]
    public void Stat_SurvivesAnyName()
    {
        var stat = ProcessStat.Parse(Encoding.UTF8.GetBytes("12 (a) (b 7) S 3 18016 18016 0 -1 4194304 1 2 3 4 5 2 4 3 20 0 1 0 188020 1 1"))!.Value;

        Assert.Equal(("a) (b 7", 'S', 3, false, 188020L), (stat.Name, stat.State, stat.ParentPid, stat.IsKernelThread, stat.StartTicks));
    }

    [Fact]
    public void Status_GivesEffectiveIdsAndGroups()
    {
        var identity = ProcessIdentity.Parse("Name:\tnginx\nUid:\t0\t33\t33\t33\nGid:\t0\t34\t34\t34\nGroups:\t34 1000 4294967294 \n")!;

        Assert.Equal((33, 34), (identity.Uid, identity.Gid));
        Assert.Equal([34, 1000, -2], identity.Groups);
    }

    [Theory]
    [InlineData("0::/system.slice/php8.2-fpm.service", "php8.2-fpm.service", null)]
    [InlineData("0::/system.slice/system-app.slice/app@1.service/worker", "app@1.service", null)]
    [InlineData("0::/user.slice/user-1000.slice/user@1000.service/app.slice/pm2.service", "pm2.service", null)]
    [InlineData("0::/user.slice/user-1000.slice/session-3.scope", null, null)]
    [InlineData("0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-foo.scope", null, null)]
    [InlineData("4:memory:/x\n1:name=systemd:/system.slice/nginx.service\n0::/", "nginx.service", null)]
    [InlineData("0::/system.slice/docker-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope", null, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("5:devices:/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", null, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope", null, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("0::/lxc.payload.web/init.scope", null, "web")]
    [InlineData("garbage", null, null)]
    public void ControlGroup_NamesServiceAndContainer(string text, string? unit, string? container) => Assert.Equal(new(unit, container), ControlGroup.Parse(text));

    [Fact]
    public void Secrets_AreNotShown()
    {
        var line = CommandLine.ForPeople(["app", "--db-password", "hunter2", "--token=abc", "postgres://u:pw@db/x", "--port", "80"])!;

        Assert.DoesNotContain("hunter2", line);
        Assert.DoesNotContain("abc", line);
        Assert.DoesNotContain("pw@", line);
        Assert.EndsWith("--port 80", line);
    }

    [Fact]
    public void Arguments_LoseTheirPadding() => Assert.Equal(["nginx: worker process"], ProcessEntry.SplitArguments("nginx: worker process\0\0\0  \0"u8));
}
