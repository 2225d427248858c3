namespace Why502.Diagnosis.Readings;

/// <summary>Whether a process of this name can be the app behind an address, where nothing but the name is known.</summary>
internal static class AppNames
{
    /// <summary>Programs that serve no web request, or whose death is another cause.</summary>
    private static readonly string[] Others =
    [
        "nginx", "mysqld", "mariadbd", "postgres", "redis-server", "valkey-server", "memcached", "mongod", "elasticsearch", "clickhouse", "chrome", "chromium", "firefox", "Xorg", "gnome", "systemd", "sshd", "dockerd", "containerd", "apt", "dpkg", "cron", "rsyslogd", "snapd", "clamd", "fail2ban",
    ];

    public static bool MayServe(string name, string? scheme) => scheme switch
    {
        "fastcgi" => name.StartsWith("php", StringComparison.OrdinalIgnoreCase) || name.Contains("cgi", StringComparison.OrdinalIgnoreCase),
        "uwsgi" or "suwsgi" => name.StartsWith("uwsgi", StringComparison.OrdinalIgnoreCase) || name.StartsWith("python", StringComparison.OrdinalIgnoreCase),
        _ => !Others.Any(other => name.StartsWith(other, StringComparison.OrdinalIgnoreCase)) && !name.StartsWith("php-fpm", StringComparison.Ordinal),
    };
}
