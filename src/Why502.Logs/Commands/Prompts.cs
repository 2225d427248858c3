namespace Why502.Logs.Commands;

/// <summary>Divides a pasted terminal session at its prompts, and a Markdown text at its fences.</summary>
public static class Prompts
{
    /// <summary>More commands than a person pastes.</summary>
    private const int SegmentsMax = 200;

    private const int PromptCharsMax = 100;

    /// <summary>The mark and the name of a language.</summary>
    private const int FenceCharsMax = 32;

    private static readonly HashSet<string> Programs = new(StringComparer.Ordinal)
    {
        "ss", "netstat", "lsof", "fuser", "systemctl", "service", "journalctl", "ps", "top", "pgrep", "docker", "docker-compose", "podman", "kubectl", "crictl", "curl", "wget", "http",
        "ls", "ll", "namei", "stat", "getfacl", "id", "df", "du", "free", "vmstat", "uptime", "dmesg", "nginx", "openresty", "angie", "getsebool", "setsebool", "semanage", "sestatus", "getenforce", "ausearch",
        "sealert", "audit2allow", "audit2why", "aa-status", "iptables", "iptables-save", "ip6tables", "nft", "ufw", "firewall-cmd", "ip", "ping", "ping6", "telnet", "nc", "ncat", "traceroute", "nslookup", "dig",
        "host", "getent", "openssl", "cat", "tail", "head", "less", "more", "grep", "egrep", "zgrep", "awk", "sed", "find", "sysctl", "ulimit", "prlimit", "pm2", "supervisorctl", "php-fpm", "gunicorn", "uwsgi",
        "node", "npm", "python", "python3", "java", "cd", "pwd", "echo", "uname", "hostname", "date", "sudo", "strace", "tcpdump",
    };

    /// <summary>
    /// Each command with what follows it, in order; the text before the first prompt has no command. What a fence encloses is a segment of its own,
    /// so that neither prose becomes a command's output nor one file's lines another's. The fences themselves are in none.
    /// </summary>
    public static IReadOnlyList<PastedText> Split(string file, IReadOnlyList<string> lines)
    {
        var segments = new List<PastedText>();
        var current = new List<PastedLine>();
        string? command = null;
        for (var index = 0; index < lines.Count; index++)
        {
            if (segments.Count < SegmentsMax && IsFence(lines[index]))
            {
                // A command that was fenced alone has its output in the next block.
                if (command is null || current.Any(line => line.Text.AsSpan().Trim().Length > 0))
                {
                    Close();
                    command = null;
                }

                continue;
            }

            if (segments.Count < SegmentsMax && CommandOf(lines[index]) is { } next)
            {
                Close();
                command = next;
                continue;
            }

            current.Add(new(index + 1, lines[index]));
        }

        Close();
        return segments;

        void Close()
        {
            if (command is not null || current.Any(line => line.Text.Length > 0))
            {
                segments.Add(new(file, command, current));
            }

            current = [];
        }
    }

    /// <summary>CommonMark 0.31, 4.5: three backticks or tildes, and at most the name of a language behind them.</summary>
    public static bool IsFence(string line)
    {
        var text = line.AsSpan().Trim();
        return text.Length is >= 3 and <= FenceCharsMax && (text.StartsWith("```") || text.StartsWith("~~~")) && text.TrimStart(text[0]).IndexOfAny("` ") < 0;
    }

    /// <summary>The command behind a prompt, without sudo; null when the line is no prompt.</summary>
    public static string? CommandOf(string line)
    {
        var (end, sign) = PromptEnd(line);
        if (end < 0)
        {
            return null;
        }

        var command = line[end..].Trim();
        command = command.StartsWith("sudo ", StringComparison.Ordinal) ? command[5..].Trim() : command;
        var word = command.Split([' ', '|', ';', '&'], 2)[0];
        var known = Programs.Contains(System.IO.Path.GetFileName(word));

        // "# listen 80;" is a comment of a configuration and "$ x" may be anything: a bare sign counts only before a program's name.
        return command.Length == 0 || (!known && (sign || word.Length == 0 || !char.IsAsciiLetter(word[0]))) ? null : command;
    }

    /// <summary>Where the command begins, and whether the prompt is nothing but its sign.</summary>
    private static (int End, bool BareSign) PromptEnd(string line)
    {
        var text = line.AsSpan();
        for (var at = 0; at + 1 < text.Length && at < PromptCharsMax; at++)
        {
            if (text[at] is '$' or '#' or '%' or '❯' or '>' && text[at + 1] == ' ')
            {
                var before = text[..at].Trim();
                if (before.IsEmpty)
                {
                    return text[at] == '>' ? (-1, false) : (at + 2, true);
                }

                return text[at] != '>' && IsPrompt(before) ? (at + 2, false) : (-1, false);
            }

            if (text[at] is '"' or '\'' or '=' or ';' or '{')
            {
                break;
            }
        }

        return (-1, false);
    }

    /// <summary><c>user@host:~</c>, <c>[user@host dir]</c>, <c>(env) user@host</c>, <c>bash-5.1</c>, <c>/</c>, <c>~</c></summary>
    private static bool IsPrompt(ReadOnlySpan<char> before)
    {
        if (before.Contains("://", StringComparison.Ordinal))
        {
            return false;
        }

        var at = before.IndexOf('@');
        return (at > 0 && at < before.Length - 1 && before.Count(' ') <= 2)
            || before.StartsWith("bash-") || before.StartsWith("sh-")
            || (before[0] is '/' or '~' && !before.Contains(' '));
    }
}
