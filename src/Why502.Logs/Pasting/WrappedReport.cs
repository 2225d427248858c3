using System.Text;

namespace Why502.Logs.Pasting;

/// <summary>Puts the report of an app server together again that a page's margin broke in two: neither half says anything, and both together do.</summary>
public static class WrappedReport
{
    /// <summary>Longer texts are logs, and no margin was set for them.</summary>
    private const int LinesMax = 2_000;

    private const int PartCharsMin = 50;

    private const int PartCharsMax = 200;

    /// <summary>Joins in place: the first line gets the whole report, and the second is left empty, so that lines keep their numbers.</summary>
    public static bool Join(IList<string> lines)
    {
        var joined = false;
        for (var at = 0; at + 1 < lines.Count && lines.Count <= LinesMax; at++)
        {
            var (first, second) = (lines[at].TrimEnd('\r', ' '), lines[at + 1].TrimEnd('\r'));
            if (first.Length is >= PartCharsMin and <= PartCharsMax && second.Length is > 3 and <= PartCharsMax && second.Length <= first.Length && char.IsAsciiLetterLower(second[0]) | second[0] == '('
                && BeginsWithTime(first) && !IsReport(first) && !IsReport(second) && IsReport($"{first} {second}"))
            {
                (lines[at], lines[at + 1]) = ($"{first} {second}", "");
                joined = true;
            }
        }

        return joined;
    }

    /// <summary>A log's line: <c>[13-May-2019 12:48:55] …</c>, <c>2019-05-13 12:48:55 …</c>, <c>May 13 12:48:55 …</c>, behind what a container's engine put in front.</summary>
    private static bool BeginsWithTime(string line) => LogTime.TryRead(Encoding.Latin1.GetBytes(line), out _, out _, DateTime.UnixEpoch.AddYears(60));

    private static bool IsReport(string line) => AppLogReader.Read(Encoding.Latin1.GetBytes(line), "", null) is not null;
}
