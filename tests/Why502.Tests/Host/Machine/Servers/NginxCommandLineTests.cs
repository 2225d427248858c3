using Why502.Host.Machine;
using Xunit;

namespace Why502.Tests.Host.Machine;

public sealed class NginxCommandLineTests
{
    [Theory]
    [InlineData("nginx: master process /usr/sbin/nginx", "/usr/sbin/nginx", null, null, null)]
    [InlineData("nginx: master process nginx -c /etc/nginx/a.conf -p /srv/n", "nginx", "/etc/nginx/a.conf", "/srv/n", null)]
    [InlineData("nginx: master process nginx -g daemon off;", "nginx", null, null, "daemon off;")]
    [InlineData("nginx: master process nginx -g daemon off; error_log stderr -c; -c x.conf", "nginx", "x.conf", null, "daemon off; error_log stderr -c;")]
    [InlineData("nginx: master process nginx -c /srv/my site/nginx.conf -q", "nginx", "/srv/my site/nginx.conf", null, null)]
    [InlineData("nginx: master process nginx -qc/etc/n.conf -p.", "nginx", "/etc/n.conf", ".", null)]
    [InlineData("angie: master process v1.8.1 #1 [/usr/sbin/angie -c /etc/angie/angie.conf]", "/usr/sbin/angie", "/etc/angie/angie.conf", null, null)]
    public void TitleOfAMaster_GivesItsOptionsBack(string title, string program, string? config, string? prefix, string? directives)
    {
        var line = NginxCommandLine.Of([title])!;

        Assert.Equal((program, config, prefix, directives), (line.Program, line.ConfigPath, line.Prefix, line.GlobalDirectives));
    }

    [Fact]
    public void SingleProcess_HasItsOwnArguments()
    {
        var line = NginxCommandLine.Of(["/usr/sbin/nginx", "-g", "daemon off; master_process off;", "-e", "stderr"])!;

        Assert.Equal("daemon off; master_process off;", line.GlobalDirectives);
        Assert.Equal("stderr", line.ErrorLog);
    }

    [Theory]
    [InlineData("nginx: worker process")]
    [InlineData("nginx: cache manager process")]
    [InlineData("php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)")]
    [InlineData("vim /etc/nginx/nginx.conf")]
    [InlineData("/usr/sbin/nginx\0-t")]
    [InlineData("nginx\0-s\0reload")]
    [InlineData("nginx-prometheus-exporter")]
    public void OtherProcesses_AreNoMasters(string commandLine)
    {
        Assert.Null(NginxCommandLine.Of(commandLine.Split('\0')));
    }

    [Theory]
    [InlineData("nginx: worker process", true)]
    [InlineData("angie: worker process #1", true)]
    [InlineData("nginx: worker process is shutting down", false)]
    [InlineData("nginx: cache manager process", false)]
    public void Worker_ServesUntilItShutsDown(string title, bool serves) => Assert.Equal(serves, NginxCommandLine.IsWorkerTitle(title));

    [Fact]
    public void BuildText_GivesPathsUnderThePrefix()
    {
        var build = NginxBuild.Parse("nginx version: openresty/1.21.4.1\nbuilt by gcc\nconfigure arguments: --prefix=/opt/n --with-cc-opt='-g -O2 --conf-path=/no' --error-log-path=stderr --user=web\n")!;

        Assert.Equal("1.21.4.1", build.Release?.Version);
        Assert.Equal("/opt/n/", build.Prefix);
        Assert.Equal("/opt/n/conf/nginx.conf", build.ConfigPath);
        Assert.Equal("stderr", build.ErrorLog);
        Assert.Equal("/opt/n/logs/access.log", build.AccessLog);
        Assert.Equal("web", build.User);
    }

    [Fact]
    public void PrintedText_IsFoundInTheBinary()
    {
        var text = NginxBinary.PrintedText("\0\x01nginx version: nginx/1.22.1\n\0junk\0configure arguments: --prefix=/x\n\0"u8);

        Assert.Equal("1.22.1", NginxBuild.Parse(text)!.Release?.Version);
        Assert.Equal("/x/", NginxBuild.Parse(text)!.Prefix);
    }

    [Fact]
    public void FileLimit_IsTheSoftOne()
        => Assert.Equal(1024, NginxReader.SoftFileLimit("Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 524288               files     \n"));
}
