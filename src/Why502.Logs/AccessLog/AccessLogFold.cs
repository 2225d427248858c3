using System.Text;

namespace Why502.Logs;

/// <summary>Folds access-log rows into groups, incrementally, in any order and in bounded memory. Malformed lines are counted and sampled, never dropped silently.</summary>
public sealed partial class AccessLogFold(AccessLogFormat format, string file, DateTimeOffset? from = null, DateTimeOffset? to = null, int maxGroups = 2048)
{
    private const int MinutesMax = 1440;
    private const int RetriesMax = 256;
    private const int MalformedSamplesMax = 8;
    private const int SamplesMax = 3;

    private readonly Dictionary<UInt128, Group> _groups = [];
    private readonly Dictionary<UInt128, HiddenRetry> _retries = [];
    private readonly Dictionary<int, long> _status = [];
    private readonly Dictionary<long, (long Total, long Errors)> _minutes = [];
    private readonly List<LogLine> _malformedSamples = [];
    private long _rows;
    private long _malformed;
    private long _dropped;
    private DateTimeOffset? _first;
    private DateTimeOffset? _last;

    private sealed class Group
    {
        public required AccessGroup Form;
        public long Count;
        public DateTimeOffset? First;
        public DateTimeOffset? Last;
        public readonly TimingSketch Request = new();
        public readonly TimingSketch Response = new();
        public readonly TimingSketch Header = new();
        public readonly TimingSketch Connect = new();
        public readonly DistinctCount Clients = new();
        public readonly List<LogLine> Samples = [];
    }

    /// <summary>Parses and adds one line; a line that the format does not fit is counted and sampled.</summary>
    public void Add(ReadOnlySpan<byte> line, int? lineNumber)
    {
        if (line.Length == 0 || line is [(byte)'\r'])
        {
            return;
        }

        AccessRow row = default;
        if (!format.TryParse(line, ref row))
        {
            _malformed++;
            if (_malformedSamples.Count < MalformedSamplesMax)
            {
                _malformedSamples.Add(LineOf(line, lineNumber, null));
            }

            return;
        }

        DateTimeOffset? time = row.TimeOf(line);
        if ((from is { } f && time < f) || (to is { } t && time > t))
        {
            return;
        }

        _rows++;
        int status = row.StatusCode(line);
        _status[status] = _status.GetValueOrDefault(status) + 1;
        if (time is { } at)
        {
            _first = _first is { } first && first <= at ? first : at;
            _last = _last is { } last && last >= at ? last : at;
            AddMinute(at, status);
        }

        AddToGroup(line, row, status, time, lineNumber);
        AddRetries(line, row, status, time);
    }

    private void AddMinute(DateTimeOffset time, int status)
    {
        long minute = time.UtcTicks / TimeSpan.TicksPerMinute;
        (long total, long errors) = _minutes.GetValueOrDefault(minute);
        _minutes[minute] = (total + 1, errors + (status is >= 500 and < 600 ? 1 : 0));
        if (_minutes.Count > MinutesMax * 2)
        {
            foreach (long old in _minutes.Keys.Order().Take(MinutesMax).ToList())
            {
                _minutes.Remove(old);
            }
        }
    }

    private void AddToGroup(ReadOnlySpan<byte> line, in AccessRow row, int status, DateTimeOffset? time, int? lineNumber)
    {
        row.SplitRequest(line, out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> uri);
        StatusOrigin origin = StatusOrigins.Of(line, row, format.Fields);
        Span<byte> buffer = stackalloc byte[Routes.BytesMax];
        ReadOnlySpan<byte> route = buffer[..Routes.Fold(uri, buffer)];
        UInt128 key = Key(line, row, status, origin, method, route, coarse: false);
        if (!_groups.TryGetValue(key, out Group? group))
        {
            // Errors may use all the room, successes half of it: a scan of a million URLs must not push the one 502 out.
            bool coarse = _groups.Count >= (status >= 500 ? maxGroups * 3 / 4 : maxGroups / 2);
            if (coarse)
            {
                key = Key(line, row, status, origin, default, default, coarse: true);
                _groups.TryGetValue(key, out group);
            }

            if (group is null)
            {
                if (_groups.Count >= maxGroups)
                {
                    _dropped++;
                    return;
                }

                _groups[key] = group = new Group { Form = FormOf(line, row, status, origin, method, route, uri, coarse) };
            }
        }

        Count(group, line, row, status, time, lineNumber);
    }

    private void Count(Group group, ReadOnlySpan<byte> line, in AccessRow row, int status, DateTimeOffset? time, int? lineNumber)
    {
        group.Count++;
        if (time is { } at)
        {
            group.First = group.First is { } first && first <= at ? first : at;
            group.Last = group.Last is { } last && last >= at ? last : at;
        }

        if (row.Client.Present)
        {
            group.Clients.Add(row.Client.Of(line));
        }

        group.Request.Add(UpstreamList.Number(row.RequestTime.Of(line)));
        AddTimes(group.Response, row.UpstreamResponseTime.Of(line));
        AddTimes(group.Header, row.UpstreamHeaderTime.Of(line));
        AddTimes(group.Connect, row.UpstreamConnectTime.Of(line));
        if (status is < 100 or >= 400 && group.Samples.Count < SamplesMax)
        {
            group.Samples.Add(LineOf(line, lineNumber, time));
        }
    }

    private static void AddTimes(TimingSketch sketch, ReadOnlySpan<byte> list)
    {
        while (UpstreamList.Next(ref list, out ReadOnlySpan<byte> entry))
        {
            sketch.Add(UpstreamList.Number(entry));
        }
    }

    private static UInt128 Key(ReadOnlySpan<byte> line, in AccessRow row, int status, StatusOrigin origin, ReadOnlySpan<byte> method, ReadOnlySpan<byte> route, bool coarse)
    {
        Fingerprint print = Fingerprint.New();
        print.AddNumber((ulong)status);
        print.AddNumber((ulong)origin);
        print.Add(row.ServerName.Of(line));
        print.Add(UpstreamList.Last(row.UpstreamAddr.Of(line)));
        print.Add(row.UpstreamStatus.Of(line));
        print.AddNumber(coarse ? 1u : 0u);
        if (!coarse)
        {
            print.Add(method);
            print.Add(route);
            print.Add(row.Host.Of(line));
        }

        return print.Value;
    }

    private static AccessGroup FormOf(
        ReadOnlySpan<byte> line, in AccessRow row, int status, StatusOrigin origin, ReadOnlySpan<byte> method, ReadOnlySpan<byte> route, ReadOnlySpan<byte> uri, bool coarse) => new()
        {
            Method = coarse ? null : Clean(method),
            Route = coarse ? null : Clean(route),
            Path = coarse ? null : Clean(Routes.PathOf(uri)),
            Host = coarse ? null : Clean(AccessRow.Plain(row.Host.Of(line))),
            ServerName = Clean(AccessRow.Plain(row.ServerName.Of(line))),
            Status = status,
            UpstreamAddr = Clean(AccessRow.Plain(UpstreamList.Last(row.UpstreamAddr.Of(line)))),
            UpstreamStatuses = UpstreamList.Statuses(row.UpstreamStatus.Of(line)),
            Origin = origin,
        };

    private static string? Clean(ReadOnlySpan<byte> text) => text.Length == 0 ? null : Redactor.Text(Sanitizer.Line(text));

    private LogLine LineOf(ReadOnlySpan<byte> line, int? number, DateTimeOffset? time) => new(file, number, time?.UtcDateTime, Redactor.Text(Sanitizer.Line(line)));

    /// <summary>Attempts that failed in front of one that did not: the client never saw them.</summary>
    private void AddRetries(ReadOnlySpan<byte> line, in AccessRow row, int status, DateTimeOffset? time)
    {
        ReadOnlySpan<byte> statuses = row.UpstreamStatus.Of(line);
        if (status >= 500 || statuses.IndexOf(","u8) < 0)
        {
            return;
        }

        ReadOnlySpan<byte> addrs = row.UpstreamAddr.Of(line);
        while (UpstreamList.Next(ref statuses, out ReadOnlySpan<byte> attempt))
        {
            bool hasAddr = UpstreamList.Next(ref addrs, out ReadOnlySpan<byte> addr);
            int attemptStatus = UpstreamList.Number(attempt) is >= 0 and < 1000 and double n ? (int)n : 0;
            if (statuses.Length > 0 && hasAddr && attemptStatus is >= 500 and < 600)
            {
                AddRetry(line, row, addr, attemptStatus, status, time);
            }
        }
    }

    private void AddRetry(ReadOnlySpan<byte> line, in AccessRow row, ReadOnlySpan<byte> addr, int attemptStatus, int status, DateTimeOffset? time)
    {
        Fingerprint print = Fingerprint.New();
        print.Add(addr);
        print.AddNumber((ulong)attemptStatus);
        print.AddNumber((ulong)status);
        if (_retries.TryGetValue(print.Value, out HiddenRetry? known))
        {
            _retries[print.Value] = known with { Count = known.Count + 1, First = Earlier(known.First, time), Last = Later(known.Last, time) };
        }
        else if (_retries.Count < RetriesMax)
        {
            row.SplitRequest(line, out _, out ReadOnlySpan<byte> uri);
            _retries[print.Value] = new HiddenRetry
            {
                UpstreamAddr = Clean(addr) ?? "",
                AttemptStatus = attemptStatus,
                FinalStatus = status,
                Count = 1,
                First = time,
                Last = time,
                Route = Routes.Fold(Encoding.UTF8.GetString(uri)),
            };
        }
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b ?? a : a;

    private static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a is null || b > a ? b ?? a : a;

    public AccessLogSummary Summary() => new()
    {
        Rows = _rows,
        Malformed = _malformed,
        MalformedSamples = [.. _malformedSamples],
        First = _first,
        Last = _last,
        Groups = [.. _groups.Values.OrderByDescending(g => g.Count).ThenBy(g => g.Form.Route, StringComparer.Ordinal).ThenBy(g => g.Form.Status).Select(Finish)],
        GroupsDropped = _dropped,
        Status = new SortedDictionary<int, long>(_status),
        Minutes = [.. _minutes.OrderByDescending(m => m.Key).Take(MinutesMax).Reverse()
            .Select(m => new MinuteCount(new DateTimeOffset(m.Key * TimeSpan.TicksPerMinute, TimeSpan.Zero), m.Value.Total, m.Value.Errors))],
        Fields = format.Fields,
        HiddenRetries = [.. _retries.Values.OrderByDescending(r => r.Count)],
    };

    private static AccessGroup Finish(Group group) => group.Form with
    {
        Count = group.Count,
        First = group.First,
        Last = group.Last,
        RequestTime = group.Request.ToTiming(),
        UpstreamResponseTime = group.Response.ToTiming(),
        UpstreamHeaderTime = group.Header.ToTiming(),
        UpstreamConnectTime = group.Connect.ToTiming(),
        Clients = group.Clients.ToList(),
        Samples = [.. group.Samples],
    };
}
