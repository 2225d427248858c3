using System.Text.RegularExpressions;

namespace Why502.Logs;

/// <summary>An upgrade that somebody tells of: <c>after upgrading nginx from 1.28.0 to 1.30.1</c>.</summary>
/// <param name="Line">1-based.</param>
public sealed partial record ToldUpgrade(string Package, string Before, string After, int Line)
{
    private const int LineCharsMax = 2000;

    /// <summary>The upgrades of a text, in its order.</summary>
    public static IEnumerable<ToldUpgrade> In(string text)
    {
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (line.Length <= LineCharsMax && line.Contains("pgrad", StringComparison.OrdinalIgnoreCase) && Upgrade().Match(line) is { Success: true } told)
            {
                yield return new(told.Groups["name"].Value.ToLowerInvariant(), told.Groups["before"].Value, told.Groups["after"].Value, number);
            }
        }
    }

    [GeneratedRegex(@"\bupgrad(?:ed|ing|e)\b[^.\n]{0,40}?\b(?<name>nginx|openresty|angie|tengine|freenginx)\b[^.\n\d]{0,30}?\bfrom (?:version )?v?(?<before>\d+\.\d+\.\d+)\S* to (?:version )?v?(?<after>\d+\.\d+\.\d+)|\b(?<name>nginx|openresty|angie|tengine|freenginx)\b[^.\n\d]{0,40}?\bupgraded from (?:version )?v?(?<before>\d+\.\d+\.\d+)\S* to (?:version )?v?(?<after>\d+\.\d+\.\d+)", RegexOptions.IgnoreCase)]
    private static partial Regex Upgrade();
}
