using System.Globalization;

namespace Why502.Logs;

/// <summary>A package manager's log as a text: dpkg.log, dnf's and yum's line by line, and apt's history.log by its paragraphs.</summary>
public static class PackageLogText
{
    /// <summary>Packages that matter to a gateway: nginx and its forks, TLS, and the app servers' runtimes.</summary>
    private static readonly string[] Names =
    [
        "nginx", "openresty", "angie", "tengine", "freenginx", "openssl", "libssl", "php", "gunicorn", "python3-gunicorn", "uwsgi", "nodejs", "tomcat", "apache2", "httpd",
        "openjdk", "java-", "ruby", "puma", "dotnet", "aspnetcore", "haproxy", "varnish",
    ];

    public static bool Matters(string package) => Names.Any(name => package.StartsWith(name, StringComparison.Ordinal));

    /// <summary>The entries about packages that matter, each with the number of its line.</summary>
    public static IEnumerable<(PackageLogLine Entry, int Line)> Read(string text)
    {
        DateTime? began = null;
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var row = line.TrimEnd('\r');
            if (PackageLogLine.TryParse(row) is { } entry)
            {
                if (Matters(entry.Package))
                {
                    yield return (entry, number);
                }
            }
            else if (row.StartsWith("Start-Date: ", StringComparison.Ordinal))
            {
                // apt-pkg/deb/dpkgpm.cc, WriteHistoryTag: two blanks between date and time.
                began = DateTime.TryParseExact(row["Start-Date: ".Length..].Trim(), "yyyy-MM-dd  HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var start) ? start : null;
            }
            else if (began is { } at && row.StartsWith("Upgrade: ", StringComparison.Ordinal))
            {
                foreach (var upgrade in Upgrades(row["Upgrade: ".Length..], at))
                {
                    yield return (upgrade, number);
                }
            }
        }
    }

    /// <summary><c>nginx:amd64 (1.28.0-1, 1.29.8-1), libssl3:amd64 (3.0.14-1, 3.0.15-1)</c></summary>
    private static IEnumerable<PackageLogLine> Upgrades(string list, DateTime at)
    {
        foreach (var item in list.Split("), "))
        {
            var open = item.IndexOf(" (", StringComparison.Ordinal);
            if (open > 0 && item[(open + 2)..].TrimEnd(')').Split(", ") is [var before, var after, ..] && item[..open].Split(':')[0] is var name && Matters(name))
            {
                yield return new(name, before, after, at, null);
            }
        }
    }
}
