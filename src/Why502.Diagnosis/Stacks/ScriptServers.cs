using System.Text.RegularExpressions;

namespace Why502.Diagnosis.Stacks;

/// <summary>Servers whose settings are plain statements of a script: Node, Puma, Unicorn.</summary>
internal static partial class ScriptServers
{
    /// <summary><c>server.keepAliveTimeout = 65 * 1000</c></summary>
    [GeneratedRegex("""\b(?<name>keepAliveTimeout|headersTimeout|requestTimeout)\s*[=:]\s*(?<value>\d[\d_]*(?:\s*\*\s*\d[\d_]*)*)""", RegexOptions.ExplicitCapture, 200)]
    private static partial Regex NodeAssignment { get; }

    /// <summary><c>worker_timeout 60</c>, <c>threads 5, 5</c></summary>
    [GeneratedRegex("""^[ \t]*(?<name>[a-z_]+)[ \t(]+(?<value>\d+)(?:[ \t]*,[ \t]*(?<value>\d+))?\)?[ \t]*(?:#.*)?\r?$""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 200)]
    private static partial Regex RubyCall { get; }

    public static AppSettingsFact Node(StackSources s) => new()
    {
        Stack = "node",
        Idle = s.Text(NodeValues, "keepAliveTimeout")?.As(text => Quantity.Limit(text, Quantity.Product) / 1000) ?? StackDefaults.Of("node", "server.keepAliveTimeout", s.Version),
        Header = s.Argument("--max-http-header-size")?.As(Quantity.Bytes) ?? StackDefaults.Of("node", "--max-http-header-size", s.Version),
        Memory = s.Argument("--max-old-space-size", "--max_old_space_size")?.As(text => Quantity.Count(text) * 1048576),
    };

    public static AppSettingsFact Puma(StackSources s)
    {
        AppSetting? Setting(string name, params string[] options)
            => (options.Length > 0 ? s.Argument(options) : null)?.As(First) ?? s.Text(RubyValues, name)?.As(First) ?? StackDefaults.Of("puma", name, s.Version);
        return new()
        {
            Stack = "puma",

            // worker_timeout is about a worker that does not check in at all, not about one request.
            Idle = s.Variable("PUMA_PERSISTENT_TIMEOUT")?.As(Quantity.Seconds) ?? Setting("persistent_timeout", "--persistent-timeout"),
            Workers = Setting("workers", "-w", "--workers"),
            Threads = Setting("threads", "-t", "--threads"),
        };
    }

    public static AppSettingsFact Unicorn(StackSources s) => new()
    {
        Stack = "unicorn",
        RequestTime = s.Text(RubyValues, "timeout")?.As(First) ?? StackDefaults.Of("unicorn", "timeout", s.Version),
        Idle = StackDefaults.Of("unicorn", "keepalive", s.Version),
        Workers = s.Text(RubyValues, "worker_processes")?.As(First) ?? StackDefaults.Of("unicorn", "worker_processes", s.Version),
    };

    private static double? First(string text) => Quantity.Count(text.Split(':', ',')[^1]);

    private static IEnumerable<(string Name, string Value, int At)> NodeValues(string text)
        => NodeAssignment.Matches(text).Select(match => (match.Groups["name"].Value, match.Groups["value"].Value, match.Index));

    private static IEnumerable<(string Name, string Value, int At)> RubyValues(string text)
        => RubyCall.Matches(text).Select(match => (match.Groups["name"].Value, match.Groups["value"].Captures[^1].Value, match.Index));
}
