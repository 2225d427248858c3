using System.Globalization;
using System.IO.Compression;
using System.Text;
using Why502.Diagnosis;
using Why502.Host.Logs;
using Xunit;

namespace Why502.Tests.Host.Logs;

/// <summary>A temporary directory of logs, written with a fixed clock in UTC.</summary>
internal sealed class LogFolder : IDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("why502-test-");

    public string this[string name] => Path.Combine(directory.FullName, name);

    /// <summary>An nginx error line; the number makes it recognisable by its connection.</summary>
    public static string Line(DateTimeOffset at, int number) => string.Create(
        CultureInfo.InvariantCulture,
        $"{at:yyyy/MM/dd HH:mm:ss} [error] 7#7: *{number} connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.1, server: a.example, request: \"GET /x HTTP/1.1\", upstream: \"http://127.0.0.1:3000/x\", host: \"a.example\"\n");

    /// <summary>One line a second, ending at <paramref name="last"/>.</summary>
    public static string Lines(DateTimeOffset last, int count, int firstNumber = 1)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            text.Append(Line(last.AddSeconds(i + 1 - count), firstNumber + i));
        }

        return text.ToString();
    }

    public string Write(string name, string text, DateTimeOffset? modifiedAt = null) => Write(name, Encoding.Latin1.GetBytes(text), modifiedAt);

    public string Write(string name, byte[] bytes, DateTimeOffset? modifiedAt = null)
    {
        var path = this[name];
        if (name.EndsWith(".gz", StringComparison.Ordinal))
        {
            using var packed = new GZipStream(File.Create(path), CompressionLevel.Fastest);
            packed.Write(bytes);
        }
        else
        {
            File.WriteAllBytes(path, bytes);
        }

        File.SetLastWriteTimeUtc(path, (modifiedAt ?? Now).UtcDateTime);
        return path;
    }

    public static Task<Answer> AskAsync(Question question, LogLimits? limits = null)
        => new LogAnswers(new FixedClock(), "testhost", limits).AnswerAsync(question, CancellationToken.None);

    public static async Task<ErrorLogFact> ErrorLogAsync(string path, TimeSpan? window, LogLimits? limits = null)
    {
        var answer = await AskAsync(new ErrorLogWindow(path, Now - window), limits);
        Assert.True(answer.Fact is ErrorLogFact, answer.Unobserved);
        return (ErrorLogFact)answer.Fact!;
    }

    public void Dispose() => directory.Delete(recursive: true);

    private sealed class FixedClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
