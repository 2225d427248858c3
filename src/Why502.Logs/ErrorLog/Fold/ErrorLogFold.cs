using System.Text;

namespace Why502.Logs;

/// <summary>
/// Folds records into groups that agree in message, errno, phase, server, upstream and route: incrementally, in any order, in bounded memory.
/// Suspect records are counted and sampled apart, and an upstream that a client may have written is left out of the key.
/// </summary>
public sealed partial class ErrorLogFold(DateTime? from = null, DateTime? to = null, int maxGroups = 4096, int samplesPerGroup = 3)
{
    private const int UnknownMax = 24;
    private const int SuspectMax = 8;

    private readonly GroupIndex _index = new();
    private readonly List<Group> _groups = [];

    /// <summary>A group's, and behind them one for all records that are in no group.</summary>
    private readonly CacheLines<Tally> _tallies = new(maxGroups + 1);

    private readonly GroupMinutes _minutes = new();
    private readonly List<LogLine> _unknown = [];
    private readonly HashSet<ulong> _unknownShapes = [];
    private readonly List<LogLine> _suspect = [];
    private long _records;
    private long _belowWarn;
    private long _unknownCount;
    private long _suspectCount;
    private long _dropped;
    private Span _span = Span.None;

    public void Add(ErrorLogRecord record)
    {
        if (!record.Suspect)
        {
            _decided = Decide(record);
        }

        if (IsOutside(record.Time))
        {
            return;
        }

        _records++;
        if (record.Time is { } time)
        {
            _span.Add(time.Ticks);
        }

        if (record.Suspect)
        {
            _suspectCount++;
            if (_suspect.Count < SuspectMax)
            {
                _suspect.Add(record.ToLine());
            }

            return;
        }

        _belowWarn += _decided.IsBelowWarn ? 1 : 0;
        if (_decided.Event is { } happened)
        {
            AddEvent(new Happened(happened, record.Pid, record.Code, new Sample(record.RawBytes, record.At, record.Time)));
        }

        if (_decided.Treatment == Treatment.Unknown)
        {
            AddUnknown(record);
        }
        else if (_decided.Treatment == Treatment.Grouped)
        {
            AddToGroup(record, record.Known!);
        }
    }

    /// <summary>What the record says apart from its time: the same inside the window and outside.</summary>
    private static RecordClass Decide(ErrorLogRecord record)
    {
        bool below = IsBelowWarn(record.Level);
        RecordClass decided = new() { IsBelowWarn = below, Event = KindOf(record), Code = record.Code };
        if (record.Known is not { } known || (below && known.Candidates.Count == 0))
        {
            decided.Treatment = below ? Treatment.Silent : Treatment.Unknown;
            return decided;
        }

        decided.Treatment = Treatment.Grouped;
        decided.Message = MessageOf(record, known);
        decided.Coarse = CoarseOf(record, known);
        decided.IsUpstreamTrusted = record.UpstreamIsTrusted;
        decided.Like = record;
        return decided;
    }

    private static bool IsBelowWarn(LogLevel? level) => level is LogLevel.Notice or LogLevel.Info or LogLevel.Debug;

    private void AddUnknown(ErrorLogRecord record)
    {
        _unknownCount++;
        if (_unknown.Count < UnknownMax && _unknownShapes.Add(Shape(record.Message)))
        {
            _unknown.Add(record.ToLine());
        }
    }

    /// <summary>Lines that differ in numbers only are one shape.</summary>
    private static ulong Shape(string message)
    {
        Fingerprint print = Fingerprint.New();
        foreach (char c in message.AsSpan(0, Math.Min(message.Length, 120)))
        {
            print.AddNumber(char.IsAsciiDigit(c) ? '0' : c);
        }

        return print.Upper;
    }

    private void AddToGroup(ErrorLogRecord record, ErrorMessage known)
    {
        string? uri = record.RequestUri;
        string? route = string.IsNullOrEmpty(uri) ? null : Routes.Fold(uri);
        Fingerprint coarse = _decided.Coarse;
        Fingerprint full = FullOf(coarse, PartOf(route), PartOf(record.Host), MethodOf(record.Method), PartOf(record.Subrequest));
        int number = Find(_decided.Message, coarse, full);
        number = number < 0 ? Make(record, known, _decided.Message, coarse, full) : number;
        if (number < 0)
        {
            _dropped++;
            return;
        }

        if (WantsSample(number, record.Time?.Ticks))
        {
            AddSample(number, new Sample(record.RawBytes, record.At, record.Time));
        }

        Count(number, record.Time);
    }

    private ErrorGroup FormOf(Group group)
    {
        (ErrorLogRecord record, ErrorMessage known) = (group.First, group.Known);
        bool hasPlace = group.Scope != GroupScope.Message;
        bool isOwn = group.Scope == GroupScope.Own;
        bool trusted = hasPlace && record.UpstreamIsTrusted;
        return new()
        {
            MessageId = known.Id,
            Known = known,
            Message = Clean(record.ErrnoWritten is { } errno ? $"{record.Message} ({errno}: {record.ErrnoText})" : record.Message)!,
            OwnFile = TempFiles.FileIn(record.Message) is { } file && TempFiles.IsTempOrCache(file) ? Address(file) : null,
            Level = record.Level,
            Errno = record.Errno,
            Code = record.Code,
            SslReason = Clean(record.Ssl?.Reason),
            SslAlert = record.Ssl?.Alert,
            SslCode = record.Ssl?.Code,
            Phase = Clean(record.Phase),
            Server = hasPlace ? Clean(record.Server) : null,
            Listen = Clean(record.Listen),
            UpstreamScheme = trusted ? Clean(record.UpstreamScheme) : null,
            UpstreamPeer = trusted ? Address(record.UpstreamPeer) : null,
            Route = isOwn && record.RequestUri is { Length: > 0 } uri ? Routes.Fold(uri) : null,
            HasManyRoutes = group.Scope == GroupScope.Rest,
            Path = !hasPlace || record.RequestUri is null ? null : Clean(Encoding.UTF8.GetString(Routes.PathOf(Encoding.UTF8.GetBytes(record.RequestUri)))),
            Host = isOwn ? Clean(record.Host) : null,
            Method = isOwn ? Clean(record.Method) : null,
            Subrequest = isOwn ? Clean(record.Subrequest) : null,
            Protocol = record.IsStream ? "stream" : known.Protocol,
            ConfigFile = Address(record.ConfigFile),
            ConfigLine = record.ConfigLine,
            Candidates = known.Candidates,
        };
    }

    /// <summary>An address or a file is compared with the configuration's: it is made safe to print, and nothing is left out of it.</summary>
    private static string? Address(string? text) => text is null ? null : Sanitizer.Line(text);

    /// <summary>Groups share most of their texts.</summary>
    private readonly Dictionary<string, string> _cleaned = new(StringComparer.Ordinal);

    private string? Clean(string? text)
    {
        if (text is null || _cleaned.TryGetValue(text, out string? cleaned))
        {
            return text is null ? null : _cleaned[text];
        }

        return _cleaned[text] = Redactor.Text(Sanitizer.Line(text));
    }

    public ErrorLogSummary Summary()
    {
        CountMinute();
        int[][] perMinute = _minutes.Lists(MinutesOfGroups());
        int[] heaviestFirst = HeaviestFirst();
        ErrorGroup[] groups = new ErrorGroup[heaviestFirst.Length];
        for (int rank = 0; rank < groups.Length; rank++)
        {
            groups[rank] = Finish(heaviestFirst[rank], rank, perMinute[heaviestFirst[rank]]);
        }

        ErrorLogSummary summary = new()
        {
            Groups = groups,
            Unknown = [.. _unknown],
            UnknownCount = _unknownCount,
            Events = [.. _events.Select(e => e.ToEvent())],
            Suspect = [.. _suspect],
            SuspectCount = _suspectCount,
            Records = _records,
            BelowWarn = _belowWarn,
            GroupsDropped = _dropped,
            First = _span.First,
            Last = _span.Last,
        };
        _cleaned.Clear();
        return summary;
    }

    private int[] HeaviestFirst()
    {
        int[] numbers = new int[_groups.Count];
        for (int number = 0; number < numbers.Length; number++)
        {
            numbers[number] = number;
        }

        Array.Sort(numbers, Compare);
        return numbers;

        int Compare(int one, int other)
        {
            ref Tally left = ref _tallies[one], right = ref _tallies[other];
            int order = right.Records.CompareTo(left.Records);
            order = order != 0 ? order : Nullable.Compare(right.Span.Last, left.Span.Last);
            order = order != 0 ? order : string.CompareOrdinal(_groups[one].Known.Id, _groups[other].Known.Id);
            return order != 0 ? order : one.CompareTo(other);
        }
    }

    private (int First, int Last)[] MinutesOfGroups()
    {
        var spans = new (int First, int Last)[_groups.Count];
        for (var number = 0; number < spans.Length; number++)
        {
            ref var span = ref _tallies[number].Span;
            spans[number] = span.First is { } first && span.Last is { } last ? (MinuteOf(first), MinuteOf(last)) : (0, -1);
        }

        return spans;
    }

    /// <summary>Groups whose samples are all shown; of lighter ones the latest is enough.</summary>
    private const int SampledMax = 128;

    /// <param name="number">The group's.</param>
    /// <param name="rank">How many are heavier.</param>
    private ErrorGroup Finish(int number, int rank, int[] perMinute)
    {
        Group group = _groups[number];
        ref Tally tally = ref _tallies[number];

        // The sample's bytes are the line's now.
        group.Latest = null;
        return FormOf(group) with
        {
            Count = tally.Records,
            First = tally.Span.First,
            Last = tally.Span.Last,
            PerMinute = perMinute.Length > 0 ? perMinute : null,
            Samples = LinesOf(group.Samples.AsSpan(rank < SampledMax ? 0 : Math.Max(group.Samples.Length - 1, 0))),
        };
    }

    private static LogLine[] LinesOf(ReadOnlySpan<Sample> samples)
    {
        LogLine[] lines = new LogLine[samples.Length];
        for (int i = 0; i < lines.Length; i++)
        {
            lines[i] = samples[i].ToLine();
        }

        return lines;
    }
}
