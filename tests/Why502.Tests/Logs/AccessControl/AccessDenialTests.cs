using Why502.Logs;
using Xunit;

namespace Why502.Tests.Logs;

/// <summary>Denials as the kernel, ausearch, setroubleshoot and audit2allow write them. The forms are those of documented output; the values are our own.</summary>
public sealed class AccessDenialTests
{
    [Theory]

    // Red Hat, "Troubleshooting problems related to SELinux": raw and interpreted records.
    [InlineData("type=AVC msg=audit(1736942400.590:9411): avc:  denied  { name_connect } for  pid=2342 comm=\"nginx\" dest=3000 scontext=system_u:system_r:httpd_t:s0 tcontext=system_u:object_r:ntop_port_t:s0 tclass=tcp_socket permissive=0", "selinux", "name_connect", "nginx", "httpd_t", "ntop_port_t", 3000)]
    [InlineData("type=AVC msg=audit(01/15/2026 12:00:00.590:9411) : avc:  denied  { name_connect } for  pid=2342 comm=nginx dest=3000 scontext=system_u:system_r:httpd_t:s0 tcontext=system_u:object_r:ntop_port_t:s0 tclass=tcp_socket", "selinux", "name_connect", "nginx", "httpd_t", "ntop_port_t", 3000)]
    [InlineData("Jan 15 12:00:00 web1 kernel: audit: type=1400 audit(1736942400.590:12): avc:  denied  { write } for  pid=2342 comm=\"nginx\" name=\"app.sock\" dev=\"tmpfs\" ino=21 scontext=system_u:system_r:httpd_t:s0 tcontext=system_u:object_r:var_run_t:s0 tclass=sock_file permissive=0", "selinux", "write", "nginx", "httpd_t", "var_run_t", null)]

    // Ubuntu wiki, "DebuggingApparmor".
    [InlineData("audit: type=1400 audit(1736942400.585:94): apparmor=\"DENIED\" operation=\"connect\" profile=\"/usr/sbin/nginx\" name=\"/run/app.sock\" pid=2779 comm=\"nginx\" requested_mask=\"wr\" denied_mask=\"wr\" fsuid=33 ouid=0", "apparmor", "connect", "nginx", "/usr/sbin/nginx", null, null)]
    [InlineData("SELinux is preventing /usr/sbin/nginx from name_connect access on the tcp_socket port 3000.", "selinux", "name_connect", "nginx", null, null, 3000)]

    // audit2allow(1).
    [InlineData("allow httpd_t http_cache_port_t:tcp_socket name_connect;", "selinux", "name_connect", null, "httpd_t", "http_cache_port_t", null)]
    [InlineData("allow httpd_t init_t:unix_stream_socket { connectto read };", "selinux", "connectto", null, "httpd_t", "init_t", null)]
    public void Denial_IsTakenApart(string line, string module, string permission, string? command, string? domain, string? target, int? port)
    {
        var denial = AccessDenial.Parse(line);
        Assert.NotNull(denial);
        Assert.Equal((module, permission, command, domain, target, port), (denial.Module, denial.Permissions[0], denial.Command, denial.Domain, denial.Target, denial.Port));
        Assert.True(denial.IsNginx);
        Assert.True(denial.IsConnect);
        Assert.False(denial.OnlyLogged);
    }

    [Theory]
    [InlineData("type=AVC msg=audit(1736942400.590:9411): avc:  denied  { name_connect } for  pid=2342 comm=\"nginx\" dest=3000 scontext=system_u:system_r:httpd_t:s0 tcontext=system_u:object_r:ntop_port_t:s0 tclass=tcp_socket permissive=1")]
    [InlineData("apparmor=\"ALLOWED\" operation=\"connect\" profile=\"/usr/sbin/nginx\" comm=\"nginx\"")]
    public void PermissiveMode_OnlyLogs(string line) => Assert.True(AccessDenial.Parse(line)!.OnlyLogged);

    [Fact]
    public void AnotherProgramsDenial_IsNotNginxs()
        => Assert.False(AccessDenial.Parse("avc:  denied  { name_connect } for  pid=9 comm=\"php-fpm\" dest=3306 scontext=system_u:system_r:httpd_t:s0 tcontext=system_u:object_r:mysqld_port_t:s0 tclass=tcp_socket")!.IsNginx);

    [Theory]
    [InlineData("allow 10.0.0.0/8;")]
    [InlineData("")]
    [InlineData("avc:  denied  {")]
    [InlineData("apparmor=")]
    public void OtherText_IsNoDenial(string line) => Assert.Null(AccessDenial.Parse(line));
}
