using Why502.Cli.Driver;
using Why502.Host.Logs;
using Why502.Logs;
using Why502.Logs.Gzip;
using Why502.Logs.Pasting;
using Why502.Nginx;
using LogKind = Why502.Logs.LogKind;

namespace Why502.Cli.Given;

internal enum GivenKind
{
    Record,
    Configuration,
    ErrorLog,
    AccessLog,
    AppLog,
    KernelLog,

    /// <summary>What commands printed, and settings of app servers.</summary>
    Command,
    Empty,

    /// <summary>Text of no kind that is known: prose.</summary>
    Unknown,
    Binary,
    Unreadable,
}

/// <summary>One FILE of the command line: what it is, judged by its content, and how its bytes are had.</summary>
internal sealed record GivenFile(string Name, string Path, GivenKind Kind)
{
    /// <summary>So much of a file decides what it is.</summary>
    public const int HeadBytes = 64 * 1024;

    /// <summary>A pipe and a compressed file have no end to begin at: they are held in memory, their newest part when they are larger.</summary>
    public const long StreamBytesMax = 192L << 20;

    /// <summary>Lines of undated text that are tried as records.</summary>
    private const int FragmentLinesMax = 200;

    /// <summary>A record of 800 characters at 80 columns has half as many more.</summary>
    private const int WrappedLinesMax = 6;

    /// <summary>A configuration is read whole.</summary>
    public const long ConfigurationBytesMax = 64L << 20;

    /// <summary>Content held in memory; null for a plain file, which is read in place.</summary>
    public byte[]? Content { get; init; }

    /// <summary>The stream was longer than what is kept of it.</summary>
    public bool Cut { get; init; }

    /// <summary>Why it is unreadable, and what to do.</summary>
    public string? Problem { get; init; }

    public byte[] Head { get; init; } = [];

    /// <summary>Of an access log that is made of what was told: its format.</summary>
    public string? Format { get; init; }

    /// <summary>Of a <see cref="GivenKind.Command"/> piece: its rows.</summary>
    public IReadOnlyList<Why502.Logs.Commands.CommandRecord> Records { get; init; } = [];

    public static async Task<GivenFile> OpenAsync(string name, CancellationToken cancellation)
    {
        // What has a length is no pipe: it is read however busy the machine is.
        var isFile = name != "-" && new FileInfo(name) is { Exists: true, Length: > 0 };

        // open(2) of a pipe that nobody writes to blocks, and no token ends that: the thread is left behind.
        var work = Task.Run(() => Open(name, cancellation), CancellationToken.None);
        try
        {
            return await (isFile ? work : work.WaitAsync(cancellation)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Unreadable(name, isFile ? "it takes too long to unpack; unpack it, or give its newest part" : name == "-" ? "standard input did not end in time" : "it did not end in time (a pipe that nobody writes to?)");
        }
    }

    private static GivenFile Open(string name, CancellationToken cancellation)
    {
        try
        {
            if (name == "-")
            {
                using var input = Console.OpenStandardInput();
                return OfStream(name, input, cancellation);
            }

            var path = System.IO.Path.GetFullPath(name);
            if (Directory.Exists(path))
            {
                return Unreadable(name, "it is a directory; name the files in it");
            }

            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.None);
            if (!file.CanSeek)
            {
                return OfStream(name, file, cancellation);
            }

            var head = new byte[(int)Math.Min(HeadBytes, Math.Max(file.Length, 0))];
            head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
            // Files of /proc and /sys say length 0 and have content; an archive is unpacked.
            if (head is [] or [0x1f, 0x8b, ..])
            {
                file.Position = 0;
                return OfStream(name, file, cancellation);
            }

            return new GivenFile(name, path, KindOf(head)) { Head = head }.WithPlainBlanks();
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return Unreadable(name, "there is no such file");
        }
        catch (UnauthorizedAccessException)
        {
            return Unreadable(name, "permission denied. Run with sudo, or copy it to where you may read it");
        }
        catch (InvalidDataException failure)
        {
            return Unreadable(name, $"it is not whole: {failure.Message}");
        }
        catch (IOException failure)
        {
            return Unreadable(name, failure.Message);
        }
    }

    /// <summary>A file that is in memory already.</summary>
    public static GivenFile OfContent(string name, byte[] content)
        => new GivenFile(name, "/given/" + name.TrimStart('/'), KindOf(Beginning(content))) { Content = content, Head = Beginning(content) }.WithPlainBlanks();

    private static byte[] Beginning(byte[] content) => content.Length <= HeadBytes ? content : content[..HeadBytes];

    private static GivenFile OfStream(string name, Stream stream, CancellationToken cancellation)
    {
        var (content, cut) = ReadNewest(stream, StreamBytesMax, cancellation);
        if (GzipReader.IsGzip(content))
        {
            using var packed = new MemoryStream(content);
            using var unpacked = new GzipReader(packed);
            (content, cut) = ReadNewest(unpacked, StreamBytesMax, cancellation);
        }

        var head = Beginning(content);
        return new GivenFile(name, name == "-" ? "-" : System.IO.Path.GetFullPath(name), KindOf(head)) { Content = content, Cut = cut, Head = head }.WithPlainBlanks();
    }

    /// <summary>As <see cref="WebBlanks"/> says, where somebody pasted the file.</summary>
    private GivenFile WithPlainBlanks()
    {
        if (!WebBlanks.AreIn(Head) || GivenPieces.Whole(this) is not { } content)
        {
            return this;
        }

        var plain = WebBlanks.Plain(content);
        var kind = KindOf(Beginning(plain));
        return kind is GivenKind.Configuration or GivenKind.Record or GivenKind.Binary ? this : this with { Kind = kind, Content = plain, Head = Beginning(plain) };
    }

    private static (byte[] Content, bool Cut) ReadNewest(Stream stream, long max, CancellationToken cancellation)
    {
        const int Block = 1 << 20;
        var blocks = new Queue<byte[]>();
        var total = 0L;
        var cut = false;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var block = new byte[Block];
            var read = TornArchive.ReadUpToTear(stream, block, total > 0 || cut);
            if (read == 0)
            {
                break;
            }

            blocks.Enqueue(read == Block ? block : block[..read]);
            total += read;
            while (total > max)
            {
                total -= blocks.Dequeue().Length;
                cut = true;
            }

            if (read < Block)
            {
                break;
            }
        }

        var content = new byte[total];
        var at = 0;
        foreach (var block in blocks)
        {
            block.CopyTo(content, at);
            at += block.Length;
        }

        return (content, cut);
    }

    internal static GivenKind KindOf(ReadOnlySpan<byte> head)
    {
        if (head.TrimStart(" \r\n\t"u8).IsEmpty)
        {
            return GivenKind.Empty;
        }

        if (Recording.IsRecord(head))
        {
            return GivenKind.Record;
        }

        return LogKinds.Recognise(head) switch
        {
            LogKind.NginxError => NginxConfiguration.LooksLikeConfiguration(head) && DumpText.IsDump(head) ? GivenKind.Configuration : GivenKind.ErrorLog,
            LogKind.NginxAccess => GivenKind.AccessLog,
            LogKind.Kernel => GivenKind.KernelLog,
            LogKind.PhpFpm or LogKind.Gunicorn or LogKind.Uwsgi or LogKind.Journal => GivenKind.AppLog,
            var other => NginxConfiguration.LooksLikeConfiguration(head) ? GivenKind.Configuration
                : HoldsRecords(head) ? GivenKind.ErrorLog
                : other == LogKind.App ? GivenKind.AppLog
                : head.Contains((byte)0) ? GivenKind.Binary
                : GivenKind.Unknown,
        };
    }

    /// <summary>A pasted fragment may have lost its dates; a message that nginx's sources have still tells what it is, also when it was wrapped.</summary>
    private static bool HoldsRecords(ReadOnlySpan<byte> head)
    {
        for (var line = 0; line < FragmentLinesMax && !head.IsEmpty; line++)
        {
            var end = head.IndexOf((byte)'\n');
            if (IsRecord(end < 0 ? head : head[..end]) || (head[0] == '[' && IsRecord(FirstLines(head, WrappedLinesMax))))
            {
                return true;
            }

            head = end < 0 ? default : head[(end + 1)..];
        }

        return false;
    }

    private static bool IsRecord(ReadOnlySpan<byte> text)
    {
        text = text.Trim((byte)' ');
        return !text.IsEmpty && OwnMessage.Is(text);
    }

    private static ReadOnlySpan<byte> FirstLines(ReadOnlySpan<byte> text, int count)
    {
        var end = 0;
        for (var line = 0; line < count && end < text.Length; line++)
        {
            var feed = text[end..].IndexOf((byte)'\n');
            end = feed < 0 ? text.Length : end + feed + 1;
        }

        return text[..end].TrimEnd((byte)'\n');
    }

    private static GivenFile Unreadable(string name, string problem) => new(name, name, GivenKind.Unreadable) { Problem = problem };
}
