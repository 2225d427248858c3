using System.Globalization;

namespace Why502.Logs;

/// <summary>
/// A security module's record that it denied something. SELinux: "avc:  denied  { name_connect } for  pid=… comm="nginx" dest=3000 scontext=… tcontext=…
/// tclass=tcp_socket" (security/selinux/avc.c), also as ausearch prints it, as setroubleshoot words it, and as the rule that audit2allow makes of it.
/// AppArmor: "apparmor="DENIED" operation="connect" profile=… name=… comm=…" (security/apparmor/audit.c).
/// </summary>
public sealed record AccessDenial
{
    /// <summary>selinux, apparmor or seccomp.</summary>
    public required string Module { get; init; }

    /// <summary>name_connect, write, connectto; AppArmor's operation: connect, open, mkdir.</summary>
    public IReadOnlyList<string> Permissions { get; init; } = [];

    /// <summary>The program's name as the kernel has it (at most 15 characters); null in a rule of audit2allow.</summary>
    public string? Command { get; init; }

    public int? Pid { get; init; }

    /// <summary>The type of the process, such as httpd_t; AppArmor's profile.</summary>
    public string? Domain { get; init; }

    /// <summary>The type of what it wanted: http_cache_port_t, var_run_t.</summary>
    public string? Target { get; init; }

    /// <summary>tcp_socket, sock_file, unix_stream_socket, file, dir.</summary>
    public string? Class { get; init; }

    /// <summary>The port of a connection.</summary>
    public int? Port { get; init; }

    /// <summary>Path, or only the last name of one.</summary>
    public string? Name { get; init; }

    /// <summary>It was logged and let through (permissive mode, AppArmor's complain mode).</summary>
    public bool OnlyLogged { get; init; }

    /// <summary>The programs of the nginx family, and the domain in which distributions run web servers.</summary>
    public bool IsNginx => Command is { } command ? NginxFamily.HasProgram(command) : Domain is "httpd_t" || Domain?.Contains("nginx", StringComparison.Ordinal) == true;

    public bool IsConnect => Class switch
    {
        "tcp_socket" => Permissions.Contains("name_connect") || Permissions.Contains("connect"),
        "sock_file" => Permissions.Contains("write"),
        "unix_stream_socket" => Permissions.Contains("connectto"),
        _ => Module != "selinux" && (Permissions.Contains("connect") || Name?.EndsWith(".sock", StringComparison.Ordinal) == true),
    };

    public static AccessDenial? Parse(string text)
        => Avc(text) ?? AppArmor(text) ?? Rule(text) ?? Preventing(text) ?? Seccomp(text);

    private static AccessDenial? Avc(string text)
    {
        var at = text.IndexOf("avc:", StringComparison.Ordinal);
        if (at < 0 || text.IndexOf(" denied ", at, StringComparison.Ordinal) < 0 || TextScan.Between(text, "{", "}", at) is not { } permissions)
        {
            return null;
        }

        return new()
        {
            Module = "selinux",
            Permissions = permissions.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Command = Field(text, "comm", at),
            Pid = Number(Field(text, "pid", at)),
            Domain = TypeOf(Field(text, "scontext", at)),
            Target = TypeOf(Field(text, "tcontext", at)),
            Class = Field(text, "tclass", at),
            Port = Number(Field(text, "dest", at)),
            Name = Field(text, "path", at) ?? Field(text, "name", at),
            OnlyLogged = Field(text, "permissive", at) == "1",
        };
    }

    private static AccessDenial? AppArmor(string text)
    {
        var at = text.IndexOf("apparmor=", StringComparison.Ordinal);
        var verdict = at < 0 ? null : Field(text, "apparmor", at);
        if (verdict is not ("DENIED" or "ALLOWED"))
        {
            return null;
        }

        return new()
        {
            Module = "apparmor",
            Permissions = Field(text, "operation", at) is { } operation ? [operation] : [],
            Command = Field(text, "comm", at),
            Pid = Number(Field(text, "pid", at)),
            Domain = Field(text, "profile", at),
            Class = Field(text, "family", at) is { } family ? $"{family} socket" : null,
            Port = Number(Field(text, "fport", at) ?? Field(text, "peer_port", at)),
            Name = Field(text, "name", at) ?? Field(text, "addr", at),
            OnlyLogged = verdict == "ALLOWED",
        };
    }

    /// <summary><c>allow httpd_t http_cache_port_t:tcp_socket name_connect;</c>, with braces around several permissions.</summary>
    private static AccessDenial? Rule(string text)
    {
        var trimmed = text.Trim();
        if (!trimmed.StartsWith("allow ", StringComparison.Ordinal) || !trimmed.EndsWith(';')
            || trimmed[..^1].Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [_, var domain, var target, .. { Length: > 0 } permissions]
            || target.Split(':') is not [var type, var kind])
        {
            return null;
        }

        return new() { Module = "selinux", Domain = domain, Target = type, Class = kind, Permissions = [.. permissions.Where(word => word is not ("{" or "}"))] };
    }

    /// <summary><c>SELinux is preventing /usr/sbin/nginx from name_connect access on the tcp_socket port 3000.</c></summary>
    private static AccessDenial? Preventing(string text)
    {
        const string Opening = "SELinux is preventing ";
        var at = text.IndexOf(Opening, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var program = TextScan.WordAfter(text, Opening, at);
        return new()
        {
            Module = "selinux",
            Command = program?[(program.LastIndexOf('/') + 1)..],
            Permissions = TextScan.WordAfter(text, " from ", at) is { } permission ? [permission] : [],
            Class = TextScan.WordAfter(text, " access on the ", at),
            Port = (int?)TextScan.NumberAfter(text, " port ", at),
        };
    }

    /// <summary>audit_seccomp(): "type=1326 … comm="nginx" exe=… sig=0 … syscall=42".</summary>
    private static AccessDenial? Seccomp(string text)
        => (text.Contains("type=1326", StringComparison.Ordinal) || text.Contains("type=SECCOMP", StringComparison.Ordinal))
            ? new() { Module = "seccomp", Command = Field(text, "comm", 0), Pid = Number(Field(text, "pid", 0)), Permissions = Field(text, "syscall", 0) is "42" or "203" ? ["connect"] : ["system call " + Field(text, "syscall", 0)] }
            : null;

    /// <summary>The value of <c>name=</c>, quoted or not, at a word's beginning.</summary>
    private static string? Field(string text, string name, int from)
    {
        for (var at = text.IndexOf(name + "=", from, StringComparison.Ordinal); at >= 0; at = text.IndexOf(name + "=", at + 1, StringComparison.Ordinal))
        {
            if (at > 0 && text[at - 1] is not (' ' or '\t' or '\u001d'))
            {
                continue;
            }

            var start = at + name.Length + 1;
            var quoted = start < text.Length && text[start] == '"';
            start += quoted ? 1 : 0;
            var end = quoted ? text.IndexOf('"', start) : text.AsSpan(start).IndexOfAny(' ', '\t') is var length and >= 0 ? start + length : text.Length;
            return text[start..(end < 0 ? text.Length : end)];
        }

        return null;
    }

    /// <summary>user:role:type:range.</summary>
    private static string? TypeOf(string? context) => context?.Split(':') is [_, _, var type, ..] ? type : context;

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
