using System.Text;

namespace Why502.Logs;

/// <summary>
/// Folds records into groups that agree in message, errno, phase, server, upstream and route: incrementally, in any order, in bounded memory.
/// Suspect records are counted and sampled apart, and an upstream that a client may have written is left out of the key.
/// </summary>
public sealed partial class ErrorLogFold(DateTime? from = null, DateTime? to = null, int maxGroups = 512, int samplesPerGroup = 3)
{
    /// <summary>Different connections that are counted in one group.</summary>
    public const int ConnectionsMax = 1024;
    private const int UnknownMax = 24;
    private const int SuspectMax = 8;

    private readonly Dictionary<UInt128, Group> _groups = [];
    private readonly List<LogLine> _unknown = [];
    private readonly HashSet<UInt128> _unknownShapes = [];
    private readonly List<LogLine> _suspect = [];
    private long _records;
    private long _belowWarn;
    private long _unknownCount;
    private long _suspectCount;
    private long _dropped;
    private DateTime? _first;
    private DateTime? _last;

    /// <summary>Remembered for records below warn that point to no cause: they are counted and make no group.</summary>
    private const int Silent = -2;

    private readonly RecordMemo _memo = new();
    private readonly List<Group> _inOrder = [];

    private sealed class Group
    {
        public required ErrorGroup Form;
        public required int Number;
        public long Count;
        public DateTime? First;
        public DateTime? Last;
        public MinuteHistogram? Minutes;
        public readonly HashSet<long> Connections = [];
        public readonly List<Sample> Samples = [];
    }

    /// <summary>A record's bytes as they came: made fit for people when somebody wants to see them, which most samples never live to.</summary>
    private readonly record struct Sample(ReadOnlyMemory<byte> Bytes, LogPosition At, DateTime? Time)
    {
        public LogLine ToLine() => new(At.File, At.Line, Time, Redactor.Text(Sanitizer.Line(Bytes.Span)));
    }

    public void Add(ErrorLogRecord record)
    {
        if (IsOutside(record.Time))
        {
            return;
        }

        _records++;
        Widen(ref _first, ref _last, record.Time);
        if (record.Suspect)
        {
            _suspectCount++;
            if (_suspect.Count < SuspectMax)
            {
                _suspect.Add(record.ToLine());
            }

            return;
        }

        AddEvent(record);
        bool below = IsBelowWarn(record.Level);
        _belowWarn += below ? 1 : 0;
        if (record.Known is null)
        {
            AddUnknown(record, below);
            return;
        }

        if (below && record.Known.Candidates.Count == 0)
        {
            return;
        }

        AddToGroup(record, record.Known);
    }

    private static bool IsBelowWarn(LogLevel? level) => level is LogLevel.Notice or LogLevel.Info or LogLevel.Debug;

    private bool IsScarce => _groups.Count >= maxGroups * 3 / 4;

    private void AddUnknown(ErrorLogRecord record, bool below)
    {
        if (below)
        {
            return;
        }

        _unknownCount++;
        if (_unknown.Count < UnknownMax && _unknownShapes.Add(Shape(record.Message)))
        {
            _unknown.Add(record.ToLine());
        }
    }

    /// <summary>Lines that differ in numbers only are one shape.</summary>
    private static UInt128 Shape(string message)
    {
        Fingerprint print = Fingerprint.New();
        foreach (char c in message.AsSpan(0, Math.Min(message.Length, 120)))
        {
            print.AddNumber(char.IsAsciiDigit(c) ? '0' : c);
        }

        return print.Value;
    }

    private void AddToGroup(ErrorLogRecord record, ErrorMessage known)
    {
        bool trusted = record.UpstreamIsTrusted;
        string? uri = record.RequestUri;
        string? route = string.IsNullOrEmpty(uri) ? null : Routes.Fold(uri);
        Keys keys = KeysOf(record, known, route);
        if (!_groups.TryGetValue(keys.Full, out Group? group))
        {
            // When room gets scarce, what clients choose no longer makes groups of its own.
            bool coarse = IsScarce;
            UInt128 key = coarse ? keys.Coarse : keys.Full;
            if (!coarse || !_groups.TryGetValue(key, out group))
            {
                if (_groups.Count >= maxGroups)
                {
                    _dropped++;
                    return;
                }

                group = new Group { Form = FormOf(record, known, trusted, route, coarse), Number = _inOrder.Count };
                _groups[key] = group;
                _inOrder.Add(group);
            }
        }

        Count(group, record);
    }

    private void Count(Group group, ErrorLogRecord record)
    {
        if (WantsSample(group, record.Time))
        {
            AddSample(group, new Sample(record.RawBytes, record.At, record.Time));
        }

        CountOne(group, record.Time, record.Connection);
    }

    /// <summary>The first ones and always the latest: the newest line is the one that says what is true now.</summary>
    private void AddSample(Group group, Sample sample)
    {
        if (group.Samples.Count < samplesPerGroup)
        {
            group.Samples.Add(sample);
        }
        else
        {
            group.Samples[^1] = sample;
        }
    }

    private static void CountOne(Group group, DateTime? time, long? connection)
    {
        group.Count++;
        Widen(ref group.First, ref group.Last, time);
        if (time is { } t)
        {
            (group.Minutes ??= new MinuteHistogram()).Add(t);
        }

        if (connection is { } c && group.Connections.Count < ConnectionsMax)
        {
            group.Connections.Add(c);
        }
    }

    private bool WantsSample(Group group, DateTime? time) =>
        samplesPerGroup > 0 && (group.Samples.Count < samplesPerGroup || ((time is null || group.Last is null || time >= group.Last) && IsSparse(group.Count)));

    /// <summary>Keeping a sample costs more than counting, so the latest one is refreshed at growing distances.</summary>
    private static bool IsSparse(long count) => count < 16 || (count & 1023) == 0;

    private static ErrorGroup FormOf(ErrorLogRecord record, ErrorMessage known, bool trusted, string? route, bool coarse) => new()
    {
        MessageId = known.Id,
        Known = known,
        Message = Clean(record.ErrnoWritten is { } errno ? $"{record.Message} ({errno}: {record.ErrnoText})" : record.Message)!,
        Level = record.Level,
        Errno = record.Errno,
        Code = record.Code,
        SslReason = Clean(record.Ssl?.Reason),
        SslAlert = record.Ssl?.Alert,
        SslCode = record.Ssl?.Code,
        Phase = Clean(record.Phase),
        Server = Clean(record.Server),
        Listen = Clean(record.Listen),
        UpstreamScheme = trusted ? Clean(record.UpstreamScheme) : null,
        UpstreamPeer = trusted ? Address(record.UpstreamPeer) : null,
        Route = coarse ? null : route,
        Path = coarse || record.RequestUri is null ? null : Clean(Encoding.UTF8.GetString(Routes.PathOf(Encoding.UTF8.GetBytes(record.RequestUri)))),
        Host = coarse ? null : Clean(record.Host),
        Method = coarse ? null : Clean(record.Method),
        Subrequest = coarse ? null : Clean(record.Subrequest),
        Protocol = record.IsStream ? "stream" : known.Protocol,
        ConfigFile = Address(record.ConfigFile),
        ConfigLine = record.ConfigLine,
        Candidates = known.Candidates,
    };

    /// <summary>An address or a file is compared with the configuration's: it is made safe to print, and nothing is left out of it.</summary>
    private static string? Address(string? text) => text is null ? null : Sanitizer.Line(text);

    private static string? Clean(string? text) => text is null ? null : Redactor.Text(Sanitizer.Line(text));

    private static void Widen(ref DateTime? first, ref DateTime? last, DateTime? time)
    {
        if (time is { } t)
        {
            first = first is { } f && f <= t ? f : t;
            last = last is { } l && l >= t ? l : t;
        }
    }

    public ErrorLogSummary Summary() => new()
    {
        Groups = [.. _groups.Values.OrderByDescending(g => g.Count).ThenByDescending(g => g.Last).ThenBy(g => g.Form.MessageId, StringComparer.Ordinal).Select(Finish)],
        Unknown = [.. _unknown],
        UnknownCount = _unknownCount,
        Events = [.. _events],
        Suspect = [.. _suspect],
        SuspectCount = _suspectCount,
        Records = _records,
        BelowWarn = _belowWarn,
        GroupsDropped = _dropped,
        First = _first,
        Last = _last,
    };

    private static ErrorGroup Finish(Group group) => group.Form with
    {
        Count = group.Count,
        Connections = group.Connections.Count,
        First = group.First,
        Last = group.Last,
        PerMinute = group.Minutes?.ToList(),
        Samples = [.. group.Samples.Select(sample => sample.ToLine())],
    };
}
