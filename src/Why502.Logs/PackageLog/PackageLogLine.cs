using System.Globalization;
using System.Text.RegularExpressions;

namespace Why502.Logs;

/// <summary>One package that was installed or upgraded, as dpkg.log, dnf.rpm.log and yum.log write it.</summary>
/// <param name="Before">Null for a new package, and where the log names the new version alone.</param>
/// <param name="Time">Without a zone unless <paramref name="Offset"/> is given.</param>
public sealed partial record PackageLogLine(string Package, string? Before, string After, DateTime Time, TimeSpan? Offset)
{
    /// <summary>Null for any other line.</summary>
    public static PackageLogLine? TryParse(string line)
    {
        if (Dpkg().Match(line) is { Success: true } dpkg
            && DateTime.TryParseExact(dpkg.Groups["time"].Value, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            var before = dpkg.Groups["before"].Value;
            return new(dpkg.Groups["name"].Value, before == "<none>" ? null : before, dpkg.Groups["after"].Value, local, null);
        }

        if (Rpm().Match(line) is { Success: true } rpm
            && DateTimeOffset.TryParse(rpm.Groups["time"].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var zoned))
        {
            return new(rpm.Groups["name"].Value, null, rpm.Groups["after"].Value, zoned.DateTime, zoned.Offset);
        }

        return null;
    }

    /// <summary>The numbers that a version begins with, behind its epoch: <c>1:1.22.1-9+deb12u3</c> is 1.22.1.</summary>
    public static Version? VersionOf(string? text)
    {
        if (text is null || Number().Match(text) is not { Success: true } match)
        {
            return null;
        }

        var parts = match.Value.Split('.').Take(3).ToList();
        return Version.TryParse(parts.Count == 1 ? parts[0] + ".0" : string.Join('.', parts), out var version) ? version : null;
    }

    [GeneratedRegex(@"^(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?:upgrade|install) (?<name>[a-z0-9][a-z0-9.+-]*)(?::\w+)? (?<before>\S+) (?<after>\S+)$")]
    private static partial Regex Dpkg();

    [GeneratedRegex(@"^(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d{4})) \S+ (?:Upgrade|Install|Upgraded|Installed): (?<name>[A-Za-z0-9_.+-]+?)-(?<after>(?:\d+:)?\d[^-\s]*-[^-\s]+?)(?:\.\w+)?$")]
    private static partial Regex Rpm();

    [GeneratedRegex(@"(?<=^|:)\d+(?:\.\d+)*")]
    private static partial Regex Number();
}
