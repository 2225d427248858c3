using System.Buffers;

namespace Why502.Logs.Commands;

/// <summary>What a server made of nginx's source calls itself, and the nginx it is made of.</summary>
/// <param name="Product">nginx, openresty, Angie, Tengine, freenginx.</param>
/// <param name="Version">Its own version, as it says it: "1.21.4.1", "1.12.1".</param>
/// <param name="Core">The nginx whose directives and defaults it has; null where it does not say, for numbers of different products cannot be compared.</param>
public sealed record NginxRelease(string Product, string Version, Version? Core)
{
    private const string Mark = " version: ";

    /// <summary>What stands before it; freenginx ends like nginx.</summary>
    private static readonly string[] Names = ["nginx", "Angie", "Tengine"];

    private static readonly SearchValues<char> InNumbers = SearchValues.Create("0123456789.");

    /// <summary>freenginx was made of this one, and counts on by itself.</summary>
    private static readonly Version Freed = new(1, 25, 4);

    /// <summary>
    /// Reads the lines of <c>-v</c> and <c>-V</c> in any order; null without one that names a version. Angie and Tengine (2.3 and later)
    /// print their own line and that of the nginx beneath, older Tengines name it in brackets: <c>Tengine/2.2.3 (nginx/1.8.1)</c>.
    /// </summary>
    public static NginxRelease? Parse(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        NginxRelease? own = null;
        Version? core = null;
        foreach (var line in lines)
        {
            if (!IsOne(line))
            {
                continue;
            }

            var at = line.IndexOf(Mark, StringComparison.Ordinal);
            var words = line[(at + Mark.Length)..].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words.Length == 0 || words[0].IndexOf('/') is not (> 0 and var slash))
            {
                continue;
            }

            var release = Of(words[0][..slash], words[0][(slash + 1)..]);
            core ??= release.Core ?? (words.Length > 1 && words[1].StartsWith("(nginx/", StringComparison.Ordinal) ? Numbers(words[1][7..]) : null);
            own = own is null || own.Product == "nginx" ? release : own;
        }

        return own is null || own.Core is not null ? own : own with { Core = core };
    }

    /// <summary>A line of <c>-v</c> that names a version.</summary>
    public static bool IsOne(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return line.IndexOf(Mark, StringComparison.Ordinal) is > 0 and var at && Names.Any(name => line.AsSpan(0, at).EndsWith(name, StringComparison.Ordinal));
    }

    /// <summary>A product and its version alone, as a banner has them.</summary>
    public static NginxRelease Of(string product, string version)
        => new(product, version, product switch
        {
            "nginx" or "openresty" => Numbers(version),
            "freenginx" => Numbers(version) is { } numbers && numbers > Freed ? Freed : Numbers(version),
            _ => null,
        });

    /// <summary>The first three numbers: <c>1.21.4.1</c> is OpenResty's nginx 1.21.4.</summary>
    private static Version? Numbers(string text)
    {
        var end = text.AsSpan().IndexOfAnyExcept(InNumbers);
        var parts = (end < 0 ? text : text[..end]).Split('.');
        return parts.Length >= 3 && System.Version.TryParse(string.Join('.', parts[..3]), out var version) ? version : null;
    }
}
