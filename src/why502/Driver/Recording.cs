using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Why502.Diagnosis;

namespace Why502.Cli.Driver;

/// <summary>The first line of a record: whose answers these are, and what was asked for.</summary>
internal sealed record RecordHeader([property: JsonPropertyName("why502")] string Kind, string Version, string Host, DateTimeOffset Now, DiagnosisOptions Options);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(RecordHeader))]
[JsonSerializable(typeof(Answer))]
[JsonSerializable(typeof(System.Text.Json.Nodes.JsonObject))]
[JsonSerializable(typeof(string))]
internal sealed partial class RecordJson : JsonSerializerContext;

/// <summary>
/// All questions of a run with their answers, one JSON value a line: it replays to the same verdict anywhere. Secrets are
/// taken out (<see cref="RecordSecrets"/>); it is written for the owner's eyes only all the same, because hosts, addresses and paths are in it.
/// </summary>
internal sealed record Recording(RecordHeader Header, IReadOnlyCollection<Answer> Answers)
{
    public const string Kind = "record/1";

    /// <summary>A record larger than this is none of ours.</summary>
    public const long BytesMax = 512L << 20;

    private static ReadOnlySpan<byte> Magic => "{\"why502\":\"record/"u8;

    public static bool IsRecord(ReadOnlySpan<byte> head) => head.StartsWith(Magic);

    /// <summary>Fails before the diagnosis when the file may not be written: only a new file or an older record is.</summary>
    public static void CheckTarget(string path)
    {
        var target = new FileInfo(path);
        if (Directory.Exists(path))
        {
            throw new UsageException($"--record {path}: it is a directory. Name a file in it.");
        }

        if (target.Directory is { Exists: false })
        {
            throw new UsageException($"--record {path}: there is no directory {target.Directory.FullName}.");
        }

        if (!target.Exists)
        {
            return;
        }

        if (target.LinkTarget is not null || (target.Attributes & (FileAttributes.Device | FileAttributes.System)) != 0 || !IsRecordFile(path))
        {
            throw new UsageException($"--record {path}: the file exists and is no record of why502. Name another one.");
        }
    }

    public async Task WriteAsync(string path)
    {
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        Append(buffer, JsonSerializer.SerializeToUtf8Bytes(Header with { Options = RecordSecrets.Of(Header.Options) }, RecordJson.Default.RecordHeader));
        var secrets = new RecordSecrets(Answers);
        foreach (var answer in Answers.OrderBy(answer => answer.Question.What, StringComparer.Ordinal))
        {
            Append(buffer, secrets.Serialize(answer));
        }

        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            var file = new FileStream(path, options);
            await using (file.ConfigureAwait(false))
            {
                await file.WriteAsync(buffer.WrittenMemory).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--record {path}: {failure.Message}");
        }
    }

    public static Recording Read(string path, byte[] content)
    {
        var lines = content.AsMemory();
        RecordHeader? header = null;
        var answers = new List<Answer>();
        var number = 0;
        while (!lines.IsEmpty)
        {
            number++;
            var end = lines.Span.IndexOf((byte)'\n');
            var line = end < 0 ? lines : lines[..end];
            lines = end < 0 ? default : lines[(end + 1)..];
            if (line.Span.Trim((byte)' ').IsEmpty)
            {
                continue;
            }

            try
            {
                if (header is null)
                {
                    header = JsonSerializer.Deserialize(line.Span, RecordJson.Default.RecordHeader);
                    if (header?.Kind != Kind)
                    {
                        throw new UsageException($"{path} is a record of another version ({Why502.Logs.Sanitizer.Line(header?.Kind ?? "?", 40)}); this why502 reads {Kind}.");
                    }
                }
                else if (JsonSerializer.Deserialize(line.Span, RecordJson.Default.Answer) is { Question: not null } answer)
                {
                    answers.Add(answer);
                }
            }
            catch (Exception failure) when (failure is JsonException or NotSupportedException or ArgumentException)
            {
                throw new UsageException($"{path}:{number} is not readable as a record (cut off, or changed?): {Why502.Logs.Sanitizer.Line(failure.Message, 160)}");
            }
        }

        return header is null ? throw new UsageException($"{path} is an empty record.") : new(header, answers);
    }

    public Conclusion Replay()
    {
        var known = new Dictionary<Question, Answer>();
        foreach (var answer in Answers)
        {
            known[answer.Question] = answer;
        }

        return Diagnoser.Diagnose(new Observations(known, Header.Now), Header.Options);
    }

    private static void Append(ArrayBufferWriter<byte> buffer, byte[] line)
    {
        buffer.Write(line);
        buffer.Write("\n"u8);
    }

    private static bool IsRecordFile(string path)
    {
        try
        {
            var head = new byte[Magic.Length];
            using var file = File.OpenRead(path);
            return file.Length == 0 || (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && IsRecord(head));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
