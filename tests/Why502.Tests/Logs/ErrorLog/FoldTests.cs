using System.Text;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Logs;

public class FoldTests
{
    private static string Refused(int second, string path = "/users/17", string peer = "127.0.0.1:3000", int connection = 1) =>
        $"2026/11/20 22:{second / 60:00}:{second % 60:00} [error] 7#7: *{connection} connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: a, request: \"GET {path}?token=s3cr3t HTTP/1.1\", upstream: \"http://{peer}{path}\", host: \"a\"";

    private static ErrorLogSummary Fold(IEnumerable<string> lines, int maxGroups = 512)
    {
        ErrorLogFold fold = new(null, null, maxGroups);
        ErrorLogReader reader = new("error.log");
        foreach (string line in lines)
        {
            reader.Push(Encoding.UTF8.GetBytes(line + "\n"), fold.Add);
        }

        reader.Complete(fold.Add);
        return fold.Summary();
    }

    [Fact]
    public void EqualLines_AreOneGroupWithItsTimes()
    {
        ErrorLogSummary s = Fold(Enumerable.Range(0, 180).Select(i => Refused(i, $"/users/{i}", connection: i)));
        ErrorGroup g = Assert.Single(s.Groups);
        Assert.Equal((180L, "/users/{id}", "127.0.0.1:3000", 111), (g.Count, g.Route, g.UpstreamPeer, g.Errno));
        Assert.Equal([60, 60, 60], g.PerMinute);
        Assert.Equal((new DateTime(2026, 11, 20, 22, 0, 0), new DateTime(2026, 11, 20, 22, 2, 59)), (g.First, g.Last));
        Assert.DoesNotContain("s3cr3t", string.Concat(g.Samples.Select(l => l.Text)) + g.Path);
        Assert.Contains("upstream-down", g.Candidates);
    }

    [Fact]
    public void Order_DoesNotMatter()
    {
        List<string> lines = [.. Enumerable.Range(0, 60).Select(i => Refused(i * 7 % 600, $"/p{i % 5}/x", $"10.0.0.{i % 3}:80"))];
        string forward = Show(Fold(lines));
        lines.Reverse();
        Assert.Equal(forward, Show(Fold(lines)));

        static string Show(ErrorLogSummary s) => string.Join('\n', s.Groups.Select(g => $"{g.Route}|{g.UpstreamPeer}|{g.Count}|{g.First}|{g.Last}|{string.Join(',', g.PerMinute!)}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void AMillionRoutes_DoNotPushTheFaultOut()
    {
        IEnumerable<string> lines = Enumerable.Range(0, 2000).Select(i => Refused(i % 600, "/" + new string((char)('a' + i % 26), 2 + i % 30) + (char)('a' + i / 26 % 26)));
        ErrorLogSummary s = Fold(lines, maxGroups: 64);
        Assert.InRange(s.Groups.Count, 1, 64);
        Assert.Equal(0, s.GroupsDropped);
        Assert.Equal(2000, s.Groups.Sum(g => g.Count));
    }

    [Fact]
    public void FoldingBytes_GivesWhatFoldingRecordsGives()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 3000).Select(i => i % 97 == 0 ? "2026/11/20 22:00:00 [notice] 1#1: reconfiguring"
            : i % 31 == 0 ? "2026/11/20 22:00:01 [error] 7#7: *2 open() \"/srv/a\nb\" failed (2: No such file or directory), client: 192.0.2.66, server: a, request: \"GET /a%0ab HTTP/1.1\", host: \"a\""
            : Refused(i % 900, $"/{(char)('a' + i % 26)}{(char)('a' + i / 26 % 26)}/{i}", $"10.0.0.{i % 3}:80", i % 50))));
        BothWays.Agree(text, 777);
    }

    /// <summary>Text of clients and cut lines in every place: what is remembered of earlier records must never stand for one that reads otherwise.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void HostileRecords_FoldAlikeBothWays(int seed)
    {
        string[] pieces = ["\"", ", client: 6.6.6.6", ", server: evil", ", upstream: \"http://6.6.6.6:1/\"", " HTTP/1.1\"", ", host: \"h\"", "%0a", ", ", " while connecting to upstream", "\r", "client: ", "?x", "(99: x)", "[warn] "];
        Random random = new(seed);
        StringBuilder text = new();
        for (int i = 0; i < 4000; i++)
        {
            string line = Refused(random.Next(5), $"/{(char)('a' + random.Next(3))}/{random.Next(4)}", $"10.0.0.{random.Next(2)}:80", random.Next(9));
            line = random.Next(3) == 0 ? line.Replace("[error]", "[info]", StringComparison.Ordinal) : line;
            for (int n = random.Next(5) - 2; n > 0; n--)
            {
                int at = random.Next(line.Length);
                line = random.Next(4) switch
                {
                    0 => line[..at],
                    1 => line.Remove(at, Math.Min(random.Next(12), line.Length - at)),
                    _ => line.Insert(at, pieces[random.Next(pieces.Length)]),
                };
                line = line.Length == 0 ? "x" : line;
            }

            text.Append(line).Append('\n');
        }

        BothWays.Agree(Encoding.UTF8.GetBytes(text.ToString()), 100 + (seed * 4000));
    }

    [Fact]
    public void UnknownWarnings_AreSampledByShape()
    {
        ErrorLogSummary s = Fold(Enumerable.Range(0, 500).Select(i => $"2026/11/20 22:00:01 [error] 7#7: *{i} mymodule: cannot do {i} things"));
        Assert.Equal((500L, 0), (s.UnknownCount, s.Groups.Count));
        Assert.InRange(s.Unknown.Count, 1, 3);
    }

    [Fact]
    public void LifeOfNginx_IsListed()
    {
        ErrorLogSummary s = Fold([
            "2026/11/20 22:00:00 [notice] 1#1: signal 1 (SIGHUP) received from 99, reconfiguring",
            "2026/11/20 22:00:00 [notice] 1#1: reconfiguring",
            "2026/11/20 22:00:00 [emerg] 1#1: unknown directive \"foo\" in /etc/nginx/nginx.conf:3",
            "2026/11/20 22:00:01 [alert] 1#1: worker process 12 exited on signal 11",
            "2026/11/20 22:00:02 [notice] 1#1: nginx/1.22.1",
        ]);
        Assert.Equal([NginxEventKind.Reconfiguring, NginxEventKind.ReloadFailed, NginxEventKind.WorkerDiedOnSignal, NginxEventKind.Started], s.Events.Select(e => e.Kind));
        Assert.Equal(11, s.Events[2].Code);
    }

    [Fact]
    public void SuspectRecords_FormNoGroup()
    {
        ErrorLogSummary s = Fold(["2026/11/20 22:00:00 [error] 7#7: *2 open() \"/srv/a", Refused(1), "x\" failed (2: No such file or directory), client: 192.0.2.66, server: a, request: \"GET /a%0a HTTP/1.1\", host: \"a\""]);
        Assert.DoesNotContain(s.Groups, g => g.UpstreamPeer is not null);
        Assert.True(s.SuspectCount >= 2);
    }

    [Fact]
    public void Window_LeavesOthersOut()
    {
        ErrorLogFold fold = new(new DateTime(2026, 11, 20, 22, 1, 0), new DateTime(2026, 11, 20, 22, 2, 0));
        for (int i = 0; i < 300; i++)
        {
            fold.Add(ErrorLogLine.Parse(Refused(i))!);
        }

        Assert.Equal(61, fold.Summary().Records);
    }
}
