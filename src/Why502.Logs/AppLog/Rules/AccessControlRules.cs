namespace Why502.Logs;

/// <summary>Denials of SELinux, AppArmor and seccomp in kernel, audit and system logs, and as people paste them; <see cref="AccessDenial"/> reads them.</summary>
internal static class AccessControlRules
{
    public static AppRule[] All { get; } =
    [
        new("apparmor=\"DENIED\"", AppEventKind.AccessDenied, Denied),
        new("avc:  denied  {", AppEventKind.AccessDenied, Denied),
        new("avc: denied {", AppEventKind.AccessDenied, Denied),
        new("SELinux is preventing ", AppEventKind.AccessDenied, Denied),
        new("type=SECCOMP ", AppEventKind.AccessDenied, Denied),

        // audit2allow's rule for a denied connection.
        new(":tcp_socket ", AppEventKind.AccessDenied, Denied),
        new(":sock_file ", AppEventKind.AccessDenied, Denied),
        new(":unix_stream_socket ", AppEventKind.AccessDenied, Denied),
    ];

    private static AppLogEvent? Denied(string text, int at, AppLogEvent form)
        => AccessDenial.Parse(text) is { OnlyLogged: false } denial
            ? form with { Process = denial.Command, Pid = denial.Pid ?? form.Pid, Port = denial.Port, Script = denial.Name }
            : null;
}
