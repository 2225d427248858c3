using System.Text;
using Why502.Diagnosis;
using Why502.Logs;

namespace Why502.Repair;

/// <summary>
/// What is never made on a production machine, whoever proposed it: a last wall behind the causes. Restarting nginx, less verification of
/// certificates, a machine-wide permissive mode, files that everybody may write, an emptied firewall, repeated writes.
/// </summary>
internal static class Forbidden
{
    private const int WritableByAll = 2;

    /// <returns>The rule that a plan breaks; null when it breaks none.</returns>
    public static string? Find(RepairPlan plan) => plan.Steps.Select(step => Find(step.Action, plan)).FirstOrDefault(rule => rule is not null);

    private static string? Find(RepairAction action, RepairPlan plan) => action switch
    {
        RepairAction.SetMode { After: var mode, Path: var path } when (mode & WritableByAll) != 0 => $"{path} would become writable by everybody",
        RepairAction.AskUnit { Verb: UnitVerb.Restart, Name: var unit } when unit == plan.Nginx.Unit || NginxFamily.HasUnit(unit) || NginxFamily.HasProgram(unit) => "nginx is never restarted: a reload cuts nobody off",
        RepairAction.RunProgram { Command: var command } when OfProgram(command) is { } rule => rule,
        RepairAction.WriteFile write => OfFile(write),
        _ => null,
    };

    private static string? OfProgram(IReadOnlyList<string> command) => (string[])[.. command] switch
    {
        // In another user's name, with one variable: PM2's daemon is asked so, and nothing else is run that way.
        ["runuser", "-u", var user, "--", "env", .. var rest] when !user.StartsWith('-') => OfPm2(rest),
        ["env", .. var rest] => OfPm2(rest),
        _ when Path.GetFileName(command[0]) is "runuser" or "env" or "su" or "sudo" or "setpriv" => $"{command[0]} is no step of a repair",
        _ => OfOne(command),
    };

    private static string? OfPm2(string[] words)
        => words is [var home, ['/', ..], ['/', ..] program, .. var verb] && home.StartsWith("PM2_HOME=/", StringComparison.Ordinal) && program.EndsWith("/bin/pm2", StringComparison.Ordinal)
            && (verb is ["resurrect"] || (verb is ["restart" or "stop", .. { Length: > 0 } apps] && apps.All(app => app.All(char.IsAsciiDigit))))
            ? null : "of PM2's apps the one that failed is started, and no other";

    private static string? OfOne(IReadOnlyList<string> command) => (Path.GetFileName(command[0]), string.Join(' ', command.Skip(1))) switch
    {
        ("setenforce", _) => "SELinux is never made permissive as a whole",
        ("iptables" or "ip6tables", var rest) when Has(rest, "-F") || Has(rest, "--flush") || rest.Contains("-P ", StringComparison.Ordinal) => "a firewall is never emptied",
        ("nft", var rest) when Has(rest, "flush") => "a firewall is never emptied",
        ("nft", var rest) when Has(rest, "delete") || Has(rest, "destroy") || Has(rest, "-f") => "rules of others are never deleted",
        ("firewall-cmd", _) when !command.Skip(1).All(OfFirewalld) => "firewalld is asked to let one address to one port, and nothing else",
        ("semanage", var rest) when !rest.StartsWith("port ", StringComparison.Ordinal) => "of SELinux's policy a port's label is all that is changed",
        ("setfacl", var rest) when !rest.StartsWith("-m u:", StringComparison.Ordinal) && !rest.StartsWith("-x u:", StringComparison.Ordinal) && !rest.StartsWith("-b ", StringComparison.Ordinal) => "an access list gives one user what he lacks and nobody else",
        ("supervisorctl", var rest) when Has(rest, "shutdown") || Has(rest, "all") || Has(rest, "reload") || Has(rest, "update") => "of supervisord's programs the one that failed is started, and no other",
        ("docker", _) when OfCompose([.. command.Skip(1)]) => null,
        ("docker" or "podman", var rest) when rest.Split(' ') is not ["start" or "stop" or "unpause" or "pause", _] => "of containers one is started, and nothing else",
        ("pm2", var rest) when Has(rest, "kill") || Has(rest, "delete") || Has(rest, "all") => "of PM2's apps the one that failed is started, and no other",
        ("ufw", var rest) when Has(rest, "disable") || Has(rest, "reset") => "a firewall is never turned off",
        ("nginx", _) => "nginx is signalled and tested by the transaction alone",
        ("systemctl", _) => "units are asked by steps of their own",
        ("chmod" or "chown" or "sh" or "bash" or "rm", _) => $"{command[0]} is no step of a repair",
        _ => null,
    };

    /// <summary>One service's container made anew from the files it was made from.</summary>
    private static bool OfCompose(string[] words) => words switch
    {
        ["compose", "-f", ['/', ..], "-p", _, "up", "-d", "--no-deps", "--no-build", "--pull", "never", var service] => !service.StartsWith('-'),
        ["compose", "-f", ['/', ..], "-f", .. var others] => OfCompose(["compose", "-f", .. others]),
        _ => false,
    };

    /// <summary>One rich rule that accepts, with a destination and a port.</summary>
    private static bool OfFirewalld(string word)
        => word is "--permanent" || word.StartsWith("--zone=", StringComparison.Ordinal)
            || (word.StartsWith("--add-rich-rule=rule ", StringComparison.Ordinal) && word.EndsWith(" accept", StringComparison.Ordinal) && word.Contains(" destination address=", StringComparison.Ordinal) && word.Contains(" port port=", StringComparison.Ordinal));

    private static string? OfFile(RepairAction.WriteFile write)
    {
        var (before, after) = (Lines(write.Before), Lines(write.After));
        var added = after.Where(line => !before.Contains(line)).ToList();
        return added.Any(line => Words(line) is ["listen.mode", "=", [.., var others], ..] && others is '2' or '3' or '6' or '7') ? "no socket becomes writable by everybody"
            : added.Any(line => Words(line) is ["proxy_ssl_verify" or "grpc_ssl_verify" or "uwsgi_ssl_verify", "off", ..]) ? "the verification of certificates is never turned off"
            : added.Any(line => Words(line) is ["proxy_next_upstream" or "grpc_next_upstream" or "fastcgi_next_upstream" or "uwsgi_next_upstream" or "scgi_next_upstream", ..] words && words.Contains("non_idempotent")) ? "requests that change something are never repeated"
            : null;
    }

    private static HashSet<string> Lines(byte[]? text) => text is null ? [] : [.. Encoding.UTF8.GetString(text).Split('\n').Select(line => line.Trim())];

    private static string[] Words(string line) => line.TrimEnd(';').Split((char[])[' ', '\t', ';'], StringSplitOptions.RemoveEmptyEntries);

    private static bool Has(string arguments, string word) => arguments.Split(' ').Contains(word);
}
