using Why502.Nginx;
using Xunit;

namespace Why502.Tests.Nginx.Model;

public sealed class LogTests
{
    [Fact]
    public void NoErrorLog_MeansTheCompiledDefault()
    {
        var log = Assert.Single(Conf.Load("events {}").ErrorLogs);
        Assert.Equal((null, LogKind.File, "error", null), (log.Path, log.Kind, log.Level, log.At));
    }

    [Fact]
    public void ErrorLogs_AreFoundOnEveryLevelWithTheirServers()
    {
        var configuration = Conf.Load("""
            error_log stderr warn;
            error_log syslog:server=10.0.0.1,nohostname crit;
            http {
                error_log /var/log/h.log;
                server { server_name a; }
                server { server_name b; error_log /var/log/b.log info; location / { error_log /dev/null; } }
                server { server_name c; location / { error_log memory:32m debug; } }
            }
            """);
        Assert.Equal(
            ["|Stderr|warn|*", "server=10.0.0.1,nohostname|Syslog|crit|*", "/var/log/h.log|File|error|a,c", "/var/log/b.log|File|info|b", "/dev/null|Off|error|b", "|Memory|debug|c"],
            configuration.ErrorLogs.Select(l => $"{l.Path}|{l.Kind}|{l.Level}|{(l.Servers is null ? "*" : string.Join(',', l.Servers.Select(s => s.FirstName)))}"));
    }

    [Fact]
    public void AccessLog_CarriesTheTextOfItsFormat()
    {
        var configuration = Conf.Http("""
            log_format main escape=json '$remote_addr '
                '"$request" $status';
            server { server_name a; access_log /var/log/a.log main buffer=32k flush=5s if=$loggable; }
            server { server_name b; access_log off; }
            server { server_name c; access_log /var/log/c.log; }
            server { server_name d; }
            """);
        var log = configuration.AccessLogs[0];
        Assert.Equal(("/var/log/a.log", "main", "$remote_addr \"$request\" $status", "json", "32k", "$loggable"), (log.Path, log.FormatName, log.Format, log.Escape, log.Buffer, log.Condition));
        Assert.Equal(LogKind.Off, configuration.AccessLogs[1].Kind);
        Assert.StartsWith("$remote_addr - $remote_user [$time_local]", configuration.AccessLogs[2].Format, StringComparison.Ordinal);
        var compiled = configuration.AccessLogs[3];
        Assert.Equal((null, "combined", "d"), (compiled.Path, compiled.FormatName, compiled.Servers[0].FirstName));
    }
}
