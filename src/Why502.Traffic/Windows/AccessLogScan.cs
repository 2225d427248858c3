using Why502.Logs;
using Why502.Traffic.Engine;

namespace Why502.Traffic.Windows;

/// <summary>
/// The window of one access log as a diagnosis needs it: what the whole of it shows, and its rows in groups, both from one reading by the engine of the traffic report.
/// Text comes block by block, file by file, oldest first.
/// </summary>
public sealed class AccessLogScan
{
    /// <summary>Kinds of rows that are told apart.</summary>
    public const int GroupsMax = 2048;

    private const int MinutesMax = 1440;

    private readonly AccessLogFormat _format;
    private readonly GroupTable _groups;
    private readonly TrafficScanner _scanner;
    private readonly List<LogLine> _malformed = [];

    /// <param name="path">The log's name in what people read.</param>
    /// <param name="from">Rows before this second do not count.</param>
    public AccessLogScan(AccessLogFormat format, string path, DateTimeOffset? from = null, int groupsMax = GroupsMax)
    {
        _format = format;
        _groups = new GroupTable(format, path, groupsMax);
        _scanner = new TrafficScanner(new ScanOptions { Scope = TrafficScope.Core, Since = from?.ToUnixTimeSeconds() ?? long.MinValue, HasShortWay = false, Table = _groups });
    }

    /// <param name="firstLine">Number of the file's first line in the log; null where samples are not to name it.</param>
    public void Begin(int? firstLine)
    {
        _scanner.Stretch = new Stretch();
        _scanner.Begin(_format, 0, skipFirst: false);
        _groups.LinesBefore = firstLine - 1;
    }

    public void Push(ReadOnlySpan<byte> block)
    {
        while (block.Length > 0)
        {
            ReadOnlySpan<byte> part = block[..Math.Min(block.Length, _scanner.Free.Length)];
            part.CopyTo(_scanner.Free);
            _scanner.Filled(part.Length);
            block = block[part.Length..];
            if (_scanner.Free.IsEmpty)
            {
                _scanner.Scan(long.MaxValue, atEnd: false);
            }
        }
    }

    public void End()
    {
        _scanner.Scan(long.MaxValue, atEnd: true);
        _malformed.AddRange(_scanner.TakeStretch().Odd.Take(Stretch.OddRowsMax - _malformed.Count).Select(row => _groups.LineOf(row.Text, row.Line, null)));
    }

    /// <summary>What <c>why502 traffic</c> reports of the same rows, without methods and clients, and with routes and hosts without their times.</summary>
    public TrafficReport Report(ReportContext context)
    {
        IReadOnlyList<AccessGroup> groups = _groups.All;
        return ReportBuilder.Build(_scanner.Tables, null, TrafficScope.Core, context, Frequent(groups, group => group.Route), Frequent(groups, group => group.Host ?? group.ServerName));
    }

    private static FrequentValue[] Frequent(IReadOnlyList<AccessGroup> groups, Func<AccessGroup, string?> value) =>
    [
        .. groups.Where(group => value(group) is not null).GroupBy(value, StringComparer.Ordinal)
            .Select(same => new FrequentValue(same.Key!, same.Sum(group => group.Count), 0, same.Where(group => group.Status is >= 500 and < 600).Sum(group => group.Count), same.Where(group => group.Status == 499).Sum(group => group.Count), null))
            .OrderByDescending(found => found.Count).ThenBy(found => found.Value, StringComparer.Ordinal),
    ];

    /// <param name="report">Of this scan.</param>
    public AccessLogSummary Summary(TrafficReport report) => new()
    {
        Rows = report.Rows,
        Malformed = report.Malformed,
        MalformedSamples = [.. _malformed],
        First = report.From,
        Last = report.To,
        Groups = _groups.All,
        GroupsDropped = _groups.Dropped,
        Status = report.Status,
        Minutes = [.. report.Minutes.TakeLast(MinutesMax).Select(minute => new MinuteCount(minute.Minute, minute.Rows, minute.ServerError))],
        Fields = _format.Fields,
        HiddenRetries = _groups.Retries.All,
    };
}
