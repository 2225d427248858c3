using Why502.Diagnosis;
using Why502.Repair;
using Xunit;

namespace Why502.Tests.Repair;

/// <summary>The last wall: no cause can have such a thing made, whatever it proposes.</summary>
public class ForbiddenTests
{
    public static TheoryData<RepairAction> Refused =>
    [
        new RepairAction.SetMode("/run/app.sock", 0x1B0, 0x1FF),
        new RepairAction.AskUnit("nginx.service", UnitVerb.Restart),
        new RepairAction.RunProgram(["setenforce", "0"], ["setenforce", "1"]),
        new RepairAction.RunProgram(["iptables", "-F"], null),
        new RepairAction.RunProgram(["nft", "flush", "ruleset"], null),
        new RepairAction.RunProgram(["/usr/sbin/ufw", "disable"], null),
        new RepairAction.RunProgram(["sh", "-c", "true"], null),
        new RepairAction.RunProgram(["nft", "delete", "table", "inet", "filter"], null),
        new RepairAction.RunProgram(["firewall-cmd", "--set-default-zone=trusted"], null),
        new RepairAction.RunProgram(["semanage", "permissive", "-a", "httpd_t"], null),
        new RepairAction.RunProgram(["setfacl", "-m", "o::rwx", "/run/app.sock"], null),
        new RepairAction.RunProgram(["/usr/bin/supervisorctl", "-c", "/etc/supervisor/supervisord.conf", "restart", "all"], null),
        new RepairAction.RunProgram(["pm2", "kill"], null),
        new RepairAction.RunProgram(["runuser", "-u", "deploy", "--", "env", "PM2_HOME=/home/deploy/.pm2", "/usr/bin/node", "/usr/lib/node_modules/pm2/bin/pm2", "restart", "all"], null),
        new RepairAction.RunProgram(["runuser", "-u", "deploy", "--", "env", "PM2_HOME=/home/deploy/.pm2", "/usr/bin/node", "/usr/lib/node_modules/pm2/bin/pm2", "delete", "0"], null),
        new RepairAction.RunProgram(["runuser", "-u", "deploy", "--", "pm2", "restart", "0"], null),
        new RepairAction.RunProgram(["env", "LD_PRELOAD=/tmp/x.so", "/usr/bin/node", "/usr/lib/node_modules/pm2/bin/pm2", "restart", "0"], null),
        new RepairAction.RunProgram(["sudo", "true"], null),
        new RepairAction.RunProgram(["docker", "rm", "-f", "shop"], null),
        new RepairAction.RunProgram(["docker", "compose", "-f", "/srv/shop/compose.yaml", "-p", "shop", "down"], null),
        new RepairAction.RunProgram(["docker", "compose", "-f", "/srv/shop/compose.yaml", "-p", "shop", "up", "-d", "--no-deps", "--no-build", "--pull", "never", "--force-recreate"], null),
        new RepairAction.WriteFile("/etc/php/8.2/fpm/pool.d/www.conf", ""u8.ToArray(), "listen.mode = 0666\n"u8.ToArray()),
        new RepairAction.WriteFile("/etc/nginx/nginx.conf", "proxy_ssl_verify on;\n"u8.ToArray(), "    proxy_ssl_verify   off;\n"u8.ToArray()),
        new RepairAction.WriteFile("/etc/nginx/nginx.conf", ""u8.ToArray(), "proxy_next_upstream error non_idempotent;\n"u8.ToArray()),
    ];

    public static TheoryData<RepairAction> Allowed =>
    [
        new RepairAction.SetMode("/run/app.sock", 0x180, 0x1B0),
        new RepairAction.AskUnit("app.service", UnitVerb.Restart),
        new RepairAction.AskUnit("nginx.service", UnitVerb.Start),
        new RepairAction.RunProgram(["setsebool", "-P", "httpd_can_network_connect", "1"], ["setsebool", "-P", "httpd_can_network_connect", "0"]),
        new RepairAction.RunProgram(["ufw", "allow", "3000/tcp"], ["ufw", "delete", "allow", "3000/tcp"]),
        new RepairAction.RunProgram(["docker", "compose", "-f", "/srv/shop/compose.yaml", "-f", "/srv/shop/compose.override.yaml", "-p", "shop", "up", "-d", "--no-deps", "--no-build", "--pull", "never", "web"], null),
        new RepairAction.RunProgram(["docker", "start", "shop"], ["docker", "stop", "shop"]),
        new RepairAction.RunProgram(["docker", "compose", "-f", "/srv/shop/compose.yaml", "-p", "shop", "up", "-d", "--no-deps", "--no-build", "--pull", "never", "web"], null),
        new RepairAction.RunProgram(["firewall-cmd", "--permanent", "--zone=public", "--add-rich-rule=rule family=\"ipv4\" destination address=\"172.18.0.1\" port port=\"3000\" protocol=\"tcp\" accept"], null),
        new RepairAction.RunProgram(["semanage", "port", "-a", "-t", "http_port_t", "-p", "tcp", "3000"], null),
        new RepairAction.RunProgram(["setfacl", "-m", "u:www-data:x", "/home/app"], ["setfacl", "-b", "/home/app"]),
        new RepairAction.RunProgram(["/usr/bin/supervisorctl", "-c", "/etc/supervisor/supervisord.conf", "start", "shop"], null),
        new RepairAction.RunProgram(["runuser", "-u", "deploy", "--", "env", "PM2_HOME=/home/deploy/.pm2", "/usr/bin/node", "/usr/lib/node_modules/pm2/bin/pm2", "restart", "0", "1"], ["env", "PM2_HOME=/home/deploy/.pm2", "/usr/bin/node", "/usr/lib/node_modules/pm2/bin/pm2", "stop", "0", "1"]),
        new RepairAction.RunProgram(["runuser", "-u", "deploy", "--", "env", "PM2_HOME=/home/deploy/.pm2", "/usr/bin/node", "/usr/lib/node_modules/pm2/bin/pm2", "resurrect"], null),
        new RepairAction.AllowThroughFilter("inet", "filter", "input", 7, ["tcp", "dport", "3000"]),
        new RepairAction.WriteFile("/etc/php/8.2/fpm/pool.d/www.conf", ""u8.ToArray(), "listen.mode = 0660\n"u8.ToArray()),
        // It was so before: this repair is about something else.
        new RepairAction.WriteFile("/etc/nginx/nginx.conf", "proxy_ssl_verify off;\n"u8.ToArray(), "proxy_ssl_verify off;\nproxy_buffer_size 16k;\n"u8.ToArray()),
    ];

    [Theory]
    [MemberData(nameof(Refused))]
    public void HarmfulStep_IsRefused(RepairAction action) => Assert.NotNull(Forbidden.Find(Plan(action)));

    [Theory]
    [MemberData(nameof(Allowed))]
    public void ItsHarmlessNeighbour_IsNot(RepairAction action) => Assert.Null(Forbidden.Find(Plan(action)));

    private static RepairPlan Plan(RepairAction action) => new("a", "b", "c", new NginxTarget("/etc/nginx/nginx.conf", "/etc/nginx/", "/usr/sbin/nginx", null, 1, "nginx.service", []), [StepWords.Of(action)]);
}
