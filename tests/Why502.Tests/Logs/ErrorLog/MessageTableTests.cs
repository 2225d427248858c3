using Why502.Logs;
using Xunit;

namespace Why502.Tests.Logs;

public class MessageTableTests
{
    public static TheoryData<int> Seeds => [0, 1, 2, 3, 7, 11];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void EveryMessageOfTheTable_IsRecognised(int seed)
    {
        List<string> missed = [];
        foreach (ErrorMessage message in ErrorMessages.All)
        {
            Check(message, seed, missed);
        }

        Assert.True(missed.Count == 0, string.Join("\n", missed.Take(40)));
    }

    [SkippableFact]
    public void EveryRowOfTheSharedTable_IsInTheTable()
    {
        string? shared = SharedTable();
        Skip.If(shared is null, "There is no ../shared beside this repository.");
        List<string> missed = [];
        foreach (string line in File.ReadLines(shared).Skip(1))
        {
            string[] c = line.Split('\t');
            ErrorMessage? message = ErrorMessages.Find(c[0]);
            if (message is null || message.Format != c[5] || message.Protocol != c[1])
            {
                missed.Add(line);
                continue;
            }

            Check(message, 0, missed);
        }

        Assert.True(missed.Count == 0, string.Join("\n", missed.Take(40)));
    }

    private static void Check(ErrorMessage expected, int seed, List<string> missed)
    {
        string line = Line(expected, seed);
        ErrorLogRecord? record = ErrorLogLine.Parse(line);
        if (record?.Known is not { } known || !CannotBeToldApart(expected, known, FormatSamples.Render(expected.Format, seed)))
        {
            missed.Add($"{expected.Id}: {line} -> {record?.Known?.Id} ({record?.Known?.Format})");
        }
    }

    /// <summary>The same literal text, or a row whose whole text is what the other one printed: nginx's lines are alike then. Such rows differ in module or version only.</summary>
    private static bool CannotBeToldApart(ErrorMessage expected, ErrorMessage actual, string message) =>
        expected.Id == actual.Id
        || (expected.Levels.Intersect(actual.Levels).Any()
            && (Literals(expected.Format) == Literals(actual.Format) || Literals(expected.Format) == Literals(actual.Format) + " in :" || actual.Format == message));

    private static string Literals(string format) => System.Text.RegularExpressions.Regex.Replace(format, @"%[0-9.]*(\*s|u[ildzLAD]|x[dDiL]?|X[dDiL]?|[A-Za-z])", "");

    /// <summary>The line nginx would write: with errno, phase and context as the row says.</summary>
    private static string Line(ErrorMessage message, int seed)
    {
        LogLevel level = message.Levels.Count > 0 ? message.Levels[seed % message.Levels.Count] : LogLevel.Error;
        string text = FormatSamples.Render(message.Format, seed);
        string errno = message.Errno == ErrnoUse.Yes || (message.Errno == ErrnoUse.Maybe && seed % 2 == 0) ? " (111: Connection refused)" : "";
        string phase = message.Phases.Count > 0 ? message.Phases[seed % message.Phases.Count] : "-";
        if (level == LogLevel.Stderr)
        {
            return $"nginx: {text}{errno}";
        }

        string head = $"2026/11/20 22:37:13 [{level.ToString().ToLowerInvariant()}] 41#41: ";
        return phase switch
        {
            "(config load)" => $"{head}{text}{errno} in /etc/nginx/nginx.conf:12",
            ['(', ..] => head + text + errno,
            "resolving" => $"{head}{text}{errno} while resolving, resolver: 127.0.0.53:53",
            "requesting certificate status" => $"{head}{text}{errno} while requesting certificate status, responder: ocsp.example.com, peer: 192.0.2.1:80, certificate: \"/etc/ssl/a.pem\"",
            "logging to syslog" => $"{head}{text}{errno} while logging to syslog, server: unix:/dev/log",
            "accepting new connection on ADDR" => $"{head}{text}{errno} while accepting new connection on 0.0.0.0:80",
            "-" when message.Protocol == "core" => head + text + errno,
            "-" => $"{head}*5 {text}{errno}, client: 192.0.2.9, server: example.com, request: \"GET /a HTTP/1.1\", host: \"example.com\"",
            _ when message.Protocol == "stream" => $"{head}*5 {text}{errno} while {phase}, client: 192.0.2.9, server: 0.0.0.0:5432, upstream: \"127.0.0.1:5433\", bytes from/to client:0/0, bytes from/to upstream:0/0",
            _ => $"{head}*5 {text}{errno} while {phase}, client: 192.0.2.9, server: example.com, request: \"GET /a HTTP/1.1\", upstream: \"{Scheme(message.Protocol)}://127.0.0.1:3000/a\", host: \"example.com\"",
        };
    }

    private static string Scheme(string protocol) => protocol is "fastcgi" or "uwsgi" or "scgi" or "grpc" or "memcached" ? protocol : "http";

    private static string? SharedTable()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "why502.slnx")))
            {
                string path = Path.Combine(folder.Parent?.FullName ?? "/", "shared", "nginx-messages.tsv");
                return File.Exists(path) ? path : null;
            }
        }

        return null;
    }
}
