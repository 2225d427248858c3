using System.Text;

namespace Why502.Logs;

/// <summary>
/// Folds records into groups that agree in message, errno, phase, server, upstream and route: incrementally, in any order, in bounded memory.
/// Suspect records are counted and sampled apart, and an upstream that a client may have written is left out of the key.
/// </summary>
public sealed partial class ErrorLogFold(DateTime? from = null, DateTime? to = null, int maxGroups = 512, int samplesPerGroup = 3)
{
    /// <summary>Different connections that are counted in one group.</summary>
    public const int ConnectionsMax = 256;
    private const int UnknownMax = 24;
    private const int SuspectMax = 8;

    private readonly GroupIndex _index = new(maxGroups);
    private readonly List<Group> _groups = [];
    private readonly CacheLines<Tally> _tallies = new(maxGroups);

    /// <summary>The groups' counts per minute, one behind the other.</summary>
    private int[] _minutes = [];
    private readonly List<LogLine> _unknown = [];
    private readonly HashSet<UInt128> _unknownShapes = [];
    private readonly List<LogLine> _suspect = [];
    private long _records;
    private long _belowWarn;
    private long _unknownCount;
    private long _suspectCount;
    private long _dropped;
    private Span _span = Span.None;

    public void Add(ErrorLogRecord record)
    {
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

        NginxEventKind? happened = AddEvent(record);
        bool below = IsBelowWarn(record.Level);
        _belowWarn += below ? 1 : 0;
        _decided = new RecordClass { IsBelowWarn = below, Event = happened, Code = record.Code };
        if (record.Known is null)
        {
            _decided.Treatment = below ? Treatment.Silent : Treatment.Unknown;
            AddUnknown(record, below);
            return;
        }

        if (below && record.Known.Candidates.Count == 0)
        {
            _decided.Treatment = Treatment.Silent;
            return;
        }

        _decided.Treatment = Treatment.Grouped;
        AddToGroup(record, record.Known);
    }

    private static bool IsBelowWarn(LogLevel? level) => level is LogLevel.Notice or LogLevel.Info or LogLevel.Debug;

    private bool _isScarce;

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
        Fingerprint coarse = CoarseOf(record, known);
        _decided.Message = MessageOf(record, known);
        _decidedCoarse = coarse;
        _decided.IsUpstreamTrusted = trusted;
        UInt128 full = FullOf(coarse, PartOf(route), PartOf(record.Host), MethodOf(record.Method), PartOf(record.Subrequest));
        int number = _index.Find(full);
        if (number < 0 && _isScarce)
        {
            // When room gets scarce, what clients choose no longer makes groups of its own.
            number = _index.Find(coarse.Value);
        }

        if (number < 0)
        {
            if (_groups.Count >= maxGroups)
            {
                _dropped++;
                return;
            }

            bool isCoarse = _isScarce;
            number = _groups.Count;
            _groups.Add(new Group { Form = FormOf(record, known, trusted, route, isCoarse) });
            _tallies[number].Span = Span.None;
            if (_minutes.Length < _groups.Count * MinuteSpan.Max)
            {
                Array.Resize(ref _minutes, Math.Min(maxGroups, _groups.Count * 2) * MinuteSpan.Max);
            }

            _index.Add(isCoarse ? coarse.Value : full, number);
            if (!isCoarse)
            {
                _ownRoutes.Add(coarse, RouteSketch.Of(route, MethodOf(record.Method)));
            }

            _isScarce = _groups.Count >= maxGroups * 3 / 4;
        }

        if (WantsSample(_tallies[number], record.Time?.Ticks))
        {
            AddSample(number, new Sample(record.RawBytes, record.At, record.Time));
        }

        Count(number, record.Time, record.Connection);
    }

    private static ErrorGroup FormOf(ErrorLogRecord record, ErrorMessage known, bool trusted, string? route, bool coarse) => new()
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

    public ErrorLogSummary Summary()
    {
        CountMinute();
        return new()
        {
            Groups = [.. Enumerable.Range(0, _groups.Count).Select(Finish).OrderByDescending(g => g.Count).ThenByDescending(g => g.Last).ThenBy(g => g.MessageId, StringComparer.Ordinal)],
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
    }

    private ErrorGroup Finish(int number)
    {
        Group group = _groups[number];
        ref Tally tally = ref _tallies[number];
        return group.Form with
        {
            Count = tally.Records,
            Connections = group.Connections.Count,
            First = tally.Span.First,
            Last = tally.Span.Last,
            PerMinute = tally.Minutes.ToList(_minutes.AsSpan(number * MinuteSpan.Max, MinuteSpan.Max)),
            Samples = [.. group.Samples.Select(sample => sample.ToLine())],
        };
    }
}
