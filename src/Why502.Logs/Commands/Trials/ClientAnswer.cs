using System.Globalization;
using System.Text.RegularExpressions;

namespace Why502.Logs.Commands;

/// <summary>A gateway error as the program that asked tells of it, in words of its own: whose answer it was it does not say.</summary>
public sealed record ToldByClient(int Status, string Row) : ToldStatus(Status, Row);

/// <summary>
/// HTTP clients (axios, requests, urllib, OkHttp, Java's HttpURLConnection, git, curl -f, package managers, browsers' consoles) that report a 502 or 504: the number behind
/// a word for it, or in front of its reason phrase (RFC 9110, 15.6).
/// </summary>
public sealed partial class ClientAnswer : ICommandReader
{
    private const int RowsMax = 3;

    public string Command => "a client's report";

    public bool Looks(PastedText text) => text.Any(line => StatusIn(line) is not null);

    public IEnumerable<CommandRecord> Read(PastedText text)
        => text.Lines
            .Select(line => (line.Number, Status: StatusIn(line.Text), Path: PathIn(line.Text)))
            .Where(told => told.Status is not null)
            .Take(RowsMax)
            .Select(told => new ToldByClient(told.Status!.Value, string.Create(CultureInfo.InvariantCulture, $"\"GET {told.Path} HTTP/1.1\" {told.Status} 0")) { Line = told.Number });

    private static int? StatusIn(string line)
    {
        if (line.Length > CommandReaders.LineCharsMax || (!line.Contains("502", StringComparison.Ordinal) && !line.Contains("504", StringComparison.Ordinal)))
        {
            return null;
        }

        return Named().Match(line) is { Success: true } named ? Number(named)
            : Phrased().Match(line) is { Success: true } phrased ? Number(phrased)
            : !IsDirective(line) && Simply().Match(line) is { Success: true } simply ? Number(simply)
            : null;
    }

    /// <summary>A configuration's line or comment, which speaks of what would be answered.</summary>
    private static bool IsDirective(string line) => line.AsSpan().Trim() is var text && (text.StartsWith("#") || text.EndsWith(";") || text.EndsWith("{"));

    private static int Number(Match match) => int.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string PathIn(string line) => Url().Match(line) is { Success: true } shown && Uri.TryCreate(shown.Value, UriKind.Absolute, out var url) ? url.AbsolutePath : "/";

    [GeneratedRegex(@"(?:status|status[ _]?code|response code|returned error|http error|http status|http code|server response|response status)\W{0,3}(?:was |of |is |code )?(50[24])(?!\d|\.\d)", RegexOptions.IgnoreCase)]
    private static partial Regex Named();

    [GeneratedRegex(@"(?<![\d.:])(50[24]):? [\(""']?(?:Server Error: )?(?:Bad Gateway|Gateway Time-?out)", RegexOptions.IgnoreCase)]
    private static partial Regex Phrased();

    /// <summary><c>nginx returns a 502 error</c>, <c>I get error 504</c>, and in any language <c>nginx … 502</c>: somebody who tells of it.</summary>
    [GeneratedRegex(@"(?<![\d.:/$-])(?<n>50[24]) (?:errors?|status|response)\b|\berror (?<n>50[24])(?![\d:]|\.\d)|\b(?:gives?|giving|gets?|getting|got|sees?|seeing|saw|receives?|received|receiving|returns?|returned|returning|answers?|answered|shows?|showed|showing|throws?|threw|throwing|with) (?:me |us |only |always |just |back |an? |the |HTTP )*(?<n>50[24])(?![\d:#/]|\.\d|-\d| (?:of|times|MB|kB|GB|ms|bytes|requests|files|lines|s)\b)|(?<![\w./-])nginx(?![A-Za-z0-9_./-])[^\d\n]{1,40}(?<![\d.:/$*#-])(?<n>50[24])(?![\d:#/-]|\.\d)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Simply();

    [GeneratedRegex(@"https?://[^\s""'<>\)]+")]
    private static partial Regex Url();
}
