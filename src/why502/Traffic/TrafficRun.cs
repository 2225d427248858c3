using Microsoft.Win32.SafeHandles;
using Why502.Logs;
using Why502.Logs.Gzip;
using Why502.Traffic;
using Why502.Traffic.Engine;

namespace Why502.Cli.Traffic;

/// <summary>
/// Reads logs on all cores. Plain files are divided into stretches that workers take in turn; a compressed one, or a pipe, is one worker's. What has an order is put
/// together in the logs' order, so the result is the same for any number of workers.
/// </summary>
internal sealed class TrafficRun
{
    private readonly IReadOnlyList<TrafficSource> _sources;
    private readonly TrafficRequest _request;
    private readonly ScanOptions _options;
    private readonly CancellationToken _stop;
    private readonly IEnumerator<Work> _work;
    private readonly Lock _claims = new();
    private readonly StretchOrder _order;
    private readonly string?[] _problems;

    /// <summary>Of a log that comes only once: further formats in it.</summary>
    private readonly List<TrafficInput>[] _later;

    /// <summary>Where the reading of each log begins.</summary>
    private readonly long[] _from;

    /// <summary>Behind more than this lines are counted from where the reading began.</summary>
    private const long LinesBeforeBytesMax = 4L << 30;

    private const int LinesBlockBytes = 1 << 18;

    /// <summary>How often rows of a pipe are looked at that may be of another format: one that is full of what is no row is not to be slowed down.</summary>
    private const int FormatsAskedMax = 32;
    private long _bytes;
    private long _skipped;

    private sealed record Work(int Source, int Number, long From, long To, bool IsLast);

    public TrafficRun(IReadOnlyList<TrafficSource> sources, TrafficRequest request, CancellationToken stop)
    {
        (_sources, _request, _stop) = (sources, request, stop);
        _options = new ScanOptions
        {
            Scope = request.Scope,
            Since = request.Since?.ToUnixTimeSeconds() ?? long.MinValue,
            Until = request.Until?.ToUnixTimeSeconds() ?? long.MaxValue,
        };
        _order = new StretchOrder(sources.Count, Math.Max(1, request.Threads));
        _problems = new string?[sources.Count];
        _later = [.. sources.Select(_ => new List<TrafficInput>())];
        _from = new long[sources.Count];
        _work = Divide().GetEnumerator();
    }

    /// <summary>Bytes to be read, as far as that is known: nothing of a pipe, and of a log that was searched only the part that was found.</summary>
    public long BytesTotal => _sources.Sum(source => source.Size) - Interlocked.Read(ref _skipped);

    /// <summary>Bytes read so far; of compressed logs the packed ones.</summary>
    public long BytesRead => Interlocked.Read(ref _bytes);

    public TrafficReport Read(ReportContext context)
    {
        var workers = Math.Clamp(_request.Threads, 1, Math.Max(1, WorkCount()));
        var tables = new TrafficTables[workers];
        Exception? failure = null;
        List<Thread> others = [];
        for (var i = 1; i < workers; i++)
        {
            var index = i;
            others.Add(new Thread(() => Take(index)) { IsBackground = true });
        }

        others.ForEach(thread => thread.Start());
        Take(0);
        others.ForEach(thread => thread.Join());
        if (failure is not null)
        {
            throw new UsageException($"cannot read the logs: {failure.Message}");
        }

        for (var i = 1; i < workers; i++)
        {
            tables[0].Merge(tables[i]);
        }

        var heavy = _order.Finish();
        return ReportBuilder.Build(tables[0], heavy, _request.Scope, context with
        {
            Partial = _stop.IsCancellationRequested,
            Inputs = [.. _sources.SelectMany((source, index) => (IEnumerable<TrafficInput>)[new TrafficInput(source.Name, source.Format.Text, source.FormatSource, source.Size - source.ReadFrom) { Problem = _problems[index] }, .. _later[index]])],
            MalformedSamples = _order.Malformed(_sources, LinesBefore),
        });

        void Take(int index)
        {
            try
            {
                tables[index] = Worker();
            }
            catch (Exception reason)
            {
                failure = reason;
                _order.Abort();
            }
        }
    }

    /// <summary>Ready before anybody looks.</summary>
    public bool IsShort => WorkCount() == 1;

    /// <summary>A small log needs no second worker: its start costs more than the reading.</summary>
    private int WorkCount() => _sources.Sum(source => source.IsStream ? 2 : (int)Math.Min(1 + (source.Size >> 21), 1024));

    /// <summary>Lines in front of where the reading of a log began, which somebody wants to see a row of.</summary>
    private long LinesBefore(int index)
    {
        if (_from[index] is 0 or > LinesBeforeBytesMax)
        {
            return 0;
        }

        using SafeFileHandle file = File.OpenHandle(_sources[index].Path!, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var block = new byte[LinesBlockBytes];
        long lines = 0;
        for (long at = 0; at < _from[index];)
        {
            var count = RandomAccess.Read(file, block.AsSpan(0, (int)Math.Min(block.Length, _from[index] - at)), at);
            if (count == 0)
            {
                break;
            }

            lines += block.AsSpan(0, count).Count((byte)'\n');
            at += count;
        }

        return lines;
    }

    private IEnumerable<Work> Divide()
    {
        for (var index = 0; index < _sources.Count; index++)
        {
            var source = _sources[index];
            if (source.IsStream)
            {
                yield return new Work(index, 0, 0, long.MaxValue, true);
                continue;
            }

            var (from, to) = TimeSearch.Range(source, _request.Since, _request.Until);
            from = Math.Min(Math.Max(from, source.ReadFrom), to);
            _from[index] = from;
            Interlocked.Add(ref _skipped, source.Size - (to - from));
            var number = 0;
            foreach (var end in StretchSchedule.Ends())
            {
                yield return new Work(index, number++, from, Math.Min(end, to), end >= to);
                from = Math.Max(from, end);
                if (end >= to)
                {
                    break;
                }
            }
        }
    }

    private Work? Claim()
    {
        lock (_claims)
        {
            // What came through a pipe before the work was stopped is still counted.
            return _work.MoveNext() && (!_stop.IsCancellationRequested || _sources[_work.Current.Source].Opened is not null) ? _work.Current : null;
        }
    }

    private TrafficTables Worker()
    {
        TrafficScanner scanner = new(_options);
        while (Claim() is { } work)
        {
            if (!_order.Enter(work.Source, work.Number))
            {
                break;
            }

            var source = _sources[work.Source];
            scanner.Stretch = _order.Rent();
            if (source.IsStream)
            {
                Stream(scanner, source, work.Source);
            }
            else
            {
                Stretch(scanner, source, work);
            }
        }

        return scanner.Tables;
    }

    private void Stretch(TrafficScanner scanner, TrafficSource source, Work work)
    {
        if (work.From < work.To)
        {
            using SafeFileHandle file = File.OpenHandle(source.Path!, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            scanner.Begin(source.Format, Math.Max(work.From - 1, 0), skipFirst: work.From > 0);
            while (!_stop.IsCancellationRequested)
            {
                var room = (int)Math.Min(scanner.Free.Length, source.Size - scanner.ReadAt);
                var count = room <= 0 ? 0 : RandomAccess.Read(file, scanner.Free[..room], scanner.ReadAt);
                scanner.Filled(count);
                if (!scanner.Scan(work.To, atEnd: count == 0) || count == 0)
                {
                    break;
                }
            }

            Interlocked.Add(ref _bytes, work.To - work.From);
        }

        _order.Publish(work.Source, work.Number, scanner.TakeStretch(), work.IsLast);
    }

    private void Stream(TrafficScanner scanner, TrafficSource source, int index)
    {
        using FileStream? file = source.Path is null ? null : new FileStream(source.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var content = file is null ? source.Opened! : Unpacked(file);
        var asked = 0;
        var format = source.Format;
        Func<List<string>, (AccessLogFormat? Format, string How)>? formatOf = source.FormatOf is { } known ? rows => ++asked > FormatsAskedMax ? default : known(rows) : null;
        scanner.Begin(format, 0, skipFirst: false);
        using var ends = StretchSchedule.Ends().GetEnumerator();
        ends.MoveNext();
        var number = 0;
        long packed = 0;
        var count = 1;
        while (count > 0 && (!_stop.IsCancellationRequested || scanner.ReadAt < source.HeadLength))
        {
            count = ReadOrEnd(content, scanner.Free, index);
            scanner.Filled(count);
            var begin = scanner.CountedTo;
            foreach (var (at, later, how) in formatOf is null ? [] : FormatChange.Within(scanner.Uncounted, format, formatOf))
            {
                ScanTo(begin + at);
                scanner.Use(format = later);
                _later[index].Add(new TrafficInput(source.Name, later.Text, how, 0));
                formatOf = _later[index].Count < FormatChange.Most ? formatOf : null;
            }

            ScanTo(long.MaxValue);
            var now = file?.Position ?? scanner.ReadAt;
            Interlocked.Add(ref _bytes, now - packed);
            packed = now;
        }

        _order.Publish(index, number, scanner.TakeStretch(), isLast: true);

        void ScanTo(long until)
        {
            while (!scanner.Scan(Math.Min(ends.Current, until), atEnd: count == 0) && scanner.CountedTo >= ends.Current)
            {
                _order.Publish(index, number++, scanner.TakeStretch(), isLast: false);
                scanner.Stretch = _order.Rent();
                ends.MoveNext();
            }
        }
    }

    /// <summary>Unpacking costs more than counting: where more than one thread may work, each has its own.</summary>
    private Stream Unpacked(FileStream file)
    {
        var unpacked = new GzipReader(file);
        return _request.Threads > 1 ? new ReadAheadStream(unpacked, isFile: true, _stop) : unpacked;
    }

    /// <summary>A log that cannot be read any further (a torn or damaged archive, a failing disk) ends there, and the report says so.</summary>
    private int ReadOrEnd(Stream content, Span<byte> buffer, int index)
    {
        try
        {
            return content.Read(buffer);
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException)
        {
            _problems[index] = $"could not be read to its end: {failure.Message}";
            return 0;
        }
    }
}
