using System.Text;
using Why502.Bench.Traffic;
using Why502.Logs;

namespace Why502.Bench.Kernels;

/// <summary>A generated log in memory, and values out of it.</summary>
internal static class Sample
{
    public const int Seed = 1;

    /// <summary>One block of the scan.</summary>
    public const int BlockBytes = 256 * 1024;

    public const int Values = 4096;

    public static byte[] Log(AccessLogShape shape, int bytes)
    {
        using MemoryStream log = new();
        new AccessLogGenerator(shape, Seed).Write(log, bytes, DateTimeOffset.FromUnixTimeSeconds(1_790_000_000), TimeSpan.FromHours(24));
        return log.ToArray();
    }

    public static AccessLogFormat FormatOf(byte[] log) => AccessLogFormat.Recognise(Encoding.Latin1.GetString(log).Split('\n')[..64])!;

    /// <summary>The first values of a kind, padded so that a vector may be read behind each.</summary>
    public static byte[][] Texts(AccessLogShape shape, Func<string, string?> value)
        => [.. Encoding.Latin1.GetString(Log(shape, Values * 512)).Split('\n').Select(value).OfType<string>().Take(Values).Select(Encoding.Latin1.GetBytes)];

    public static string? Path(string row) => row.Split('"') is [_, var request, ..] && request.Split(' ') is [_, var path, _] ? path : null;

    public static string? Client(string row) => row.Split(' ')[0] is { Length: > 1 } client ? client : null;
}
