using System.Globalization;
using System.Text.RegularExpressions;

namespace Why502.Repair;

/// <summary>Where a command says that it listens on loopback.</summary>
internal static partial class ComposeBind
{
    /// <summary>"127.0.0.1:3000" with this port, and the value of an option that names the address alone: --host, --hostname, --bind, --address.</summary>
    public static IEnumerable<(int At, int Length)> Places(string word, int port)
        => Loopback.Matches(word)
            .Where(match => match.Groups["port"] is not { Success: true } given || given.Value == port.ToString(CultureInfo.InvariantCulture))
            .Select(match => (At: match.Groups["host"].Index, match.Groups["host"].Length));

    [GeneratedRegex(@"((?<=\s|^|[""'=])(?<host>127\.0\.0\.1|localhost):(?<port>[0-9]{1,5})(?![0-9]))|((?<=--(host|hostname|bind|address)[= ])(?<host>127\.0\.0\.1|localhost)(?=\s|$|[""']))", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Loopback { get; }
}
