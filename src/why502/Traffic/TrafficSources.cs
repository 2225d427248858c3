using System.Text;
using Why502.Host.Logs;
using Why502.Logs;
using Why502.Logs.Gzip;

namespace Why502.Cli.Traffic;

/// <summary>Files, folders and standard input → logs to be read, in the order of time, each with its format.</summary>
/// <param name="stop">Ends the waiting for a pipe: what it has brought until then counts.</param>
internal sealed class TrafficSources(TrafficRequest request, TrafficConfiguration? configuration, CancellationToken stop = default)
{
    /// <summary>What is looked at to recognise a format.</summary>
    private const int HeadBytes = 64 * 1024;

    private const int HeadLines = 64;
    private const int FewLines = 16;
    private const int GzipStartBytes = 2;

    /// <summary>Files of a folder.</summary>
    private const int FilesMax = 10_000;

    private readonly List<string> _skipped = [];

    private readonly AccessLogFormat? _given = request.LogFormat is { } text ? Compile(text) : null;

    /// <summary>What of a folder is no file, a sentence each.</summary>
    public IReadOnlyList<string> Skipped => _skipped;

    /// <summary>What <c>--log-format</c> says fits no row of a log: the format that the rows seem to have, if any.</summary>
    public (string Log, string? Format)? Mismatch { get; private set; }

    /// <summary>Everything named; what of a folder is no access log is left out.</summary>
    public IReadOnlyList<TrafficSource> Find()
    {
        List<TrafficSource> sources = [];
        foreach (var name in request.Files)
        {
            if (name == "-")
            {
                sources.Add(StandardInput());
            }
            else if (Directory.Exists(name))
            {
                var before = sources.Count;
                sources.AddRange(Directory.EnumerateFiles(name).Order(StringComparer.Ordinal).Take(FilesMax).Where(IsFile).Select(file => TryOpen(file, required: false)).OfType<TrafficSource>());
                if (sources.Count == before)
                {
                    _skipped.Add($"{name}: no access log with a row in it. Folders in it are not searched: name the one that holds the logs.");
                }
            }
            else if (name.StartsWith('-') && !File.Exists(name))
            {
                throw new UsageException($"there is no option {name}, and no such file. See: why502 traffic --help");
            }
            else
            {
                sources.Add(TryOpen(name, required: true)!);
            }
        }

        if (sources.Count == 0)
        {
            throw new UsageException(string.Join(' ', _skipped));
        }

        // Rotated sets in the order of time; a log without one keeps its place behind those that have one.
        List<TrafficSource> parts = [.. sources.SelectMany(Parts)];
        return parts.Count == 1 ? parts : [.. parts.OrderBy(part => part.First ?? DateTime.MaxValue)];
    }

    /// <summary>A log that changed its format is read as several.</summary>
    private List<TrafficSource> Parts(TrafficSource source)
    {
        List<TrafficSource> parts = [source];
        if (source.FormatSource is "given" or "empty")
        {
            return parts;
        }

        if (source.Path is null || source.IsStream)
        {
            return [source with { FormatOf = rows => FormatOf(source.Name, rows) }];
        }

        using var file = File.OpenHandle(source.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        while (parts.Count <= FormatChange.Most && FormatChange.Find(file, parts[0].Size, source.Format, rows => FormatOf(source.Path, rows)) is { } change)
        {
            var later = parts[0] with { ReadFrom = change.At, Format = change.Format, FormatSource = change.How, First = FirstTime(change.Rows) ?? parts[0].First };
            parts[0] = parts[0] with { Size = change.At };
            parts.Insert(1, later);
        }

        return parts;
    }

    private bool IsFile(string path)
    {
        if (FolderEntry.Refusal(path) is not { } why)
        {
            return true;
        }

        _skipped.Add($"{path} is left out: {why}.");
        return false;
    }

    private TrafficSource? TryOpen(string path, bool required)
    {
        try
        {
            var opened = File.OpenRead(path);
            if (!opened.CanSeek && required)
            {
                return Streamed(path, opened);
            }

            using var file = opened;
            if (!file.CanSeek)
            {
                return null;
            }

            // A link's own length is that of the path in it.
            var size = file.Length;
            var isPacked = GzipReader.IsGzip(Start(file));
            file.Position = 0;
            List<string> lines;
            using (Stream content = isPacked ? new GzipReader(file) : file)
            {
                lines = Lines(Head(content));
            }

            var (format, how) = FormatOf(path, lines);
            if (format is null && required && lines.Count > 0)
            {
                throw new UsageException($"{path}: its first lines are of no known access-log format. Give it: why502 traffic --log-format '$remote_addr …' or --config FILE.");
            }

            // Of a folder, what has no row of the given format is another log.
            return !required && (format is null || (_given is not null && lines.Count > 0 && !IsOf(format, lines))) ? null
                : new TrafficSource(path, path, isPacked, size, format ?? AccessLogFormat.Combined, format is null ? "empty" : how, FirstTime(lines)) { IsStream = isPacked };
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"cannot read {path}: there is no such file.");
        }
        catch (UnauthorizedAccessException)
        {
            return required ? throw new UsageException($"cannot read {path}: permission denied. Run with sudo.") : null;
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException)
        {
            return required ? throw new UsageException($"cannot read {path}: {failure.Message}") : null;
        }
    }

    private TrafficSource StandardInput() => Streamed("standard input", Console.OpenStandardInput());

    /// <summary>A log that comes once, from its beginning to its end, plain or gzipped.</summary>
    internal TrafficSource Streamed(string name, Stream input)
    {
        var stoppable = new ReadAheadStream(input, isFile: false, stop);
        var start = Start(stoppable);
        var packed = GzipReader.IsGzip(start);
        Stream content = new HeadedStream(start, stoppable);
        content = packed ? new GzipReader(content) : content;
        byte[] head;
        try
        {
            head = Head(content);
        }
        catch (InvalidDataException failure)
        {
            throw new UsageException($"cannot read {name}: {failure.Message}");
        }

        content = packed && request.Threads > 1 ? new ReadAheadStream(content, isFile: false, stop) : content;
        var lines = Lines(head);
        var (format, how) = FormatOf(name, lines);
        return format is null && lines.Count > 0
            ? throw new UsageException($"{name}: its first lines are of no known access-log format. Give it: why502 traffic --log-format '$remote_addr …' -")
            : new TrafficSource(name, null, packed, 0, format ?? AccessLogFormat.Combined, format is null ? "empty" : how, FirstTime(lines)) { IsStream = true, Opened = new HeadedStream(head, content), HeadLength = head.Length };
    }

    private static byte[] Start(Stream content)
    {
        var start = new byte[GzipStartBytes];
        return start[..content.ReadAtLeast(start, GzipStartBytes, throwOnEndOfStream: false)];
    }

    private (AccessLogFormat? Format, string How) FormatOf(string path, List<string> lines)
    {
        if (_given is not null)
        {
            var given = IsOf(_given, lines) ? _given : AccessLogFormat.PassedOn(lines, _given);
            if (given is null && lines.Count > 0)
            {
                Mismatch ??= (path, AccessLogFormat.Recognise(lines)?.Text);
            }

            return (given ?? _given, "given");
        }

        if (configuration?.FormatOf(path, lines) is { } configured)
        {
            return (configured, "config");
        }

        // Where the format changes within the first rows, some of them are of one.
        return (AccessLogFormat.Recognise(lines) ?? (lines.Count > FewLines ? AccessLogFormat.Recognise(lines[..FewLines]) ?? AccessLogFormat.Recognise(lines[^FewLines..]) : null) ?? AccessLogFormat.RecogniseMost(lines), "recognised");
    }

    private static bool IsOf(AccessLogFormat format, List<string> lines) => lines.Exists(line => format.Fits(Encoding.Latin1.GetBytes(line)));

    private static AccessLogFormat Compile(string text)
    {
        var escape = EscapeMode.Default;
        if (text.StartsWith("escape=", StringComparison.Ordinal) && text.IndexOf(' ') is > 0 and var end)
        {
            var word = text["escape=".Length..end];
            escape = EscapeWords.Find(word) ?? throw new UsageException($"--log-format knows escape=default, escape=json and escape=none, as nginx does: not escape={word}");
            text = text[(end + 1)..];
        }

        text = text == "combined" ? AccessLogFormat.CombinedText : text;
        escape = escape == EscapeMode.Default && text.TrimStart().StartsWith('{') ? EscapeMode.Json : escape;
        var format = AccessLogFormat.Compile(text, escape);
        return format.Fields.HasFlag(AccessFields.Status) ? format : throw new UsageException("--log-format takes a log_format with $status in it, in quotes for the shell: --log-format '$remote_addr - $remote_user [$time_local] \"$request\" $status …'");
    }

    /// <summary>The first bytes; of something broken, those before the break.</summary>
    private static byte[] Head(Stream content)
    {
        var head = new byte[HeadBytes];
        var count = 0;
        try
        {
            for (int read; count < HeadBytes && (read = content.Read(head.AsSpan(count))) > 0;)
            {
                count += read;
            }
        }
        catch (Exception failure) when (count > 0 && failure is (IOException or InvalidDataException))
        {
            // Whoever reads it all comes to the same place, and says so.
        }

        return head[..count];
    }

    private static List<string> Lines(byte[] head)
    {
        var end = head.Length == HeadBytes ? head.AsSpan().LastIndexOf((byte)'\n') : head.Length;
        return [.. Encoding.Latin1.GetString(head, 0, end < 0 ? head.Length : end).Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0).Take(HeadLines)];
    }

    private static DateTime? FirstTime(List<string> rows)
    {
        foreach (var line in rows)
        {
            if (LogTime.TryRead(Encoding.Latin1.GetBytes(line), out var time, out _))
            {
                return time;
            }
        }

        return null;
    }
}
