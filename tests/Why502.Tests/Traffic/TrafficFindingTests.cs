using System.Text;
using Why502.Traffic;
using Xunit;

namespace Why502.Tests.Traffic;

/// <summary>Patterns that were planted are found with their cause, and none is found where none was.</summary>
public sealed class TrafficFindingTests
{
    private const int Minutes = 180;
    private const int PerMinute = 40;
    private static readonly DateTimeOffset Start = new(2026, 9, 21, 14, 0, 0, TimeSpan.Zero);

    private sealed record Row(int Minute, int Number, Random Random)
    {
        public string Path { get; set; } = Number % 5 == 0 ? "/cart" : "/users/17";

        public string Status { get; set; } = "200";

        public string Node { get; set; } = $"10.0.0.{Number % 3 + 1}:8080";

        public string? Attempt { get; set; }

        public double Seconds { get; set; } = 0.010 + Number % 40 / 1000.0;

        public string Connect { get; set; } = "0.001";

        public bool HasHeader { get; set; } = true;

        public void Refuse() => (Status, Seconds, Connect, HasHeader) = ("502", 0.001, "-", false);

        public void TimeOut(double seconds, bool connected = true) => (Status, Seconds, Connect, HasHeader) = ("504", seconds, connected ? "0.001" : "-", false);

        public override string ToString()
        {
            string time = Node == "-" ? "-" : $"{Seconds:0.000}";
            return $"192.0.2.{Number % 200} - - [{Start.AddMinutes(Minute).AddSeconds(Number % 60):dd/MMM/yyyy:HH:mm:ss} +0000] \"GET {Path} HTTP/1.1\" {Status} 5 \"-\" \"curl\" "
                + $"{Seconds:0.000} {Node} {Attempt ?? (Node == "-" ? "-" : Status)} {time} {(HasHeader ? time : "-")} {(Node == "-" ? "-" : Connect)}";
        }
    }

    private const string Upstreams = " $request_time $upstream_addr $upstream_status $upstream_response_time $upstream_header_time $upstream_connect_time";

    private static IReadOnlyList<TrafficFinding> Found(Action<Row> plant, int minutes = Minutes, Func<int, int>? perMinute = null, string measured = Upstreams)
    {
        using var folder = new TrafficFolder();
        var log = new StringBuilder();
        var random = new Random(3);
        for (int minute = 0, number = 0; minute < minutes; minute++)
        {
            for (int count = perMinute?.Invoke(minute) ?? PerMinute; count > 0; count--, number++)
            {
                var row = new Row(minute, number, random);
                // Every log has a few of the app's own errors, here and there.
                row.Status = random.Next(700) == 0 ? "500" : "200";
                plant(row);
                string line = $"{row}";
                log.Append(measured switch
                {
                    "" => line[..(line.LastIndexOf('"') + 1)],
                    Upstreams => line,
                    _ => line[..line.IndexOf(' ', line.LastIndexOf('"') + 2)],
                }).Append('\n');
            }
        }

        var format = Why502.Logs.AccessLogFormat.CombinedText + measured;
        return TrafficFolder.Read(new Why502.Cli.Traffic.TrafficRequest { Files = [folder.Write("access.log", Encoding.ASCII.GetBytes(log.ToString()))], LogFormat = format }).Findings;
    }

    private static string Told(IReadOnlyList<TrafficFinding> findings) => string.Join(' ', findings.Select(finding => $"{finding.Kind}:{finding.Cause ?? "-"}").Order(StringComparer.Ordinal));

    [Theory]
    [InlineData(40)]
    [InlineData(3)]
    public void HealthyLog_HasNone(int perMinute) => Assert.Equal("", Told(Found(_ => { }, minutes: 600, perMinute: _ => perMinute)));

    /// <summary>Where no upstream is logged, nobody can say that none was asked.</summary>
    [Fact]
    public void WaveOfALogWithoutUpstreams_IsNotSaidToBeNginxsOwn()
    {
        var wave = Assert.Single(Found(row => row.Status = row.Minute is >= 60 and < 70 && row.Number % 2 == 0 ? "502" : row.Status, measured: ""));
        Assert.Equal(("error-wave", null, true), (wave.Kind, wave.Cause, wave.IsFault));
        Assert.DoesNotContain("without asking an upstream", wave.Next, StringComparison.Ordinal);
        Assert.Contains("$upstream_addr", wave.Next, StringComparison.Ordinal);
    }

    /// <summary>502 and 503 are said of many faults: a log that has nothing but the status points to none of them, and to requests that fail all the same.</summary>
    [Theory]
    [InlineData("502")]
    [InlineData("503")]
    public void SteadyErrorsOfALogWithoutUpstreams_PointToNoCause(string status)
    {
        var steady = Assert.Single(Found(row => row.Status = row.Number % 53 == 0 ? status : row.Status, measured: ""));
        Assert.Equal(("steady-errors", null, true), (steady.Kind, steady.Cause, steady.IsFault));
    }

    /// <summary>One in a hundred attempts, on all servers and at once, while the others of the same minute are answered: a connection that was kept too long, not a server that is down.</summary>
    [Fact]
    public void AttemptsThatFailAtOnceAmongAnswers_AreNotRefused()
        => Assert.Equal("steady-errors:upstream-closed-early", Told(Found(row =>
        {
            if (row.Number % 53 == 0)
            {
                row.Refuse();
                row.Connect = "0.000";
            }
        })));

    [Fact]
    public void EveryRequestFails_IsSteady()
        => Assert.Equal("steady-errors:upstream-down", Told(Found(row => row.Refuse())));

    [Fact]
    public void NginxItselfAlwaysAnswers503_IsTheConfiguration()
        => Assert.Equal("steady-errors:status-from-config", Told(Found(row => (row.Status, row.Node, row.HasHeader) = ("503", "-", false))));

    [Fact]
    public void ErrorsThatBeginAndStay_HaveTheirFirstMinute()
    {
        var wave = Assert.Single(Found(row => row.Status = row.Minute >= 120 && row.Number % 8 == 0 ? "500" : row.Status));
        Assert.Equal(("error-wave", "upstream-answered-error", Start.AddMinutes(120)), (wave.Kind, wave.Cause, wave.From));
        Assert.InRange(wave.To!.Value, Start.AddMinutes(178), Start.AddMinutes(180));
    }

    [Fact]
    public void WaveOfAGroupWithoutServers_IsTheGroups()
    {
        var found = Found(row => (row.Status, row.Node, row.HasHeader) = row.Minute is >= 60 and < 64 ? ("502", "shop", false) : (row.Status, row.Node, true));
        Assert.Equal("error-wave:upstream-group-exhausted no-live-upstreams:upstream-group-exhausted", Told(found));
        Assert.All(found, finding => Assert.Equal((Start.AddMinutes(60), Start.AddMinutes(64)), (finding.From, finding.To)));
    }

    [Fact]
    public void LimitOfRequests_IsNoFaultOfTheApp()
        => Assert.Equal("error-wave:rate-limited", Told(Found(row => (row.Status, row.Node, row.HasHeader) = row.Minute is >= 60 and < 64 && row.Number % 2 == 0 ? ("503", "-", false) : (row.Status, row.Node, true))));

    [Fact]
    public void WaveOfNginxsOwn500s_IsNotSteady()
        => Assert.Equal("error-wave:-", Told(Found(row => (row.Status, row.Node, row.HasHeader) = row.Minute is >= 60 and < 72 && row.Number % 2 == 0 ? ("500", "-", false) : (row.Status, row.Node, true))));

    [Fact]
    public void ErrorsEveryHour_AreOneFinding()
    {
        var found = Found(row => { if (row.Minute % 60 < 2 && row.Number % 2 == 0) { row.Refuse(); } }, minutes: 1440, perMinute: _ => 15);
        var recurring = Assert.Single(found);
        Assert.Equal(("recurring-errors", "upstream-down"), (recurring.Kind, recurring.Cause));
        Assert.Contains("every 60 minutes", recurring.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void TimeOutBeforeTheConnection_IsTheConnections()
        => Assert.Equal("timeouts:connect-timeout", Told(Found(row => { if (row.Number % 61 == 0) { row.TimeOut(5.001, connected: false); } })));

    [Fact]
    public void AnswersUnderTenMinutes_AreSeenThere()
    {
        var found = Found(row =>
        {
            if (row.Number % 20 == 0)
            {
                row.Seconds = 560 + row.Number / 20 % 60;
                if (row.Seconds >= 600)
                {
                    row.TimeOut(600.002);
                }
            }
        });
        var near = Assert.Single(found);
        Assert.Equal(("near-timeout", "timeout-too-short", 600_000L), (near.Kind, near.Cause, near.Limit));
    }

    [Theory]
    [InlineData(1200)]
    [InlineData(1500)]
    [InlineData(30_000)]
    public void AnswersThatEndWhereFew504sBegin_TellTheLimit(int limit)
    {
        double seconds = limit / 1000.0;
        var found = Found(row =>
        {
            if (row.Number % 20 == 0)
            {
                row.Seconds = Math.Round(seconds * (0.92 + row.Number / 20 % 24 / 350.0), 3);
                if (row.Number % 1300 == 0)
                {
                    row.TimeOut(seconds + 0.002);
                }
            }
        });
        var near = Assert.Single(found);
        Assert.Equal(("near-timeout", "timeout-too-short", (long?)limit), (near.Kind, near.Cause, near.Limit));
    }

    /// <summary>Most answers of a route need nearly what is allowed: the limit cuts through them, though they do not pile up.</summary>
    [Theory]
    [InlineData(Upstreams)]
    [InlineData(" $request_time")]
    public void LimitThatCutsThroughWhatARouteNeeds_IsNear(string measured)
    {
        var near = Assert.Single(Found(row =>
        {
            if (row.Number % 20 == 0)
            {
                row.Seconds = 24 + row.Number / 20 % 65 * 0.1;
                if (row.Seconds >= 30)
                {
                    row.TimeOut(30.001);
                }
            }
        }, measured: measured));
        Assert.Equal(("near-timeout", "timeout-too-short", 30_000L, null), (near.Kind, near.Cause, near.Limit, near.PValue));
    }

    /// <summary>What hangs ends at the limit and leaves few answers below it, in a log of request times only, too.</summary>
    [Fact]
    public void RequestsThatHang_AreTimeOutsWithoutAnUpstreamInTheLog()
    {
        var timeouts = Assert.Single(Found(row => { if (row.Number % 61 == 0) { row.TimeOut(60.001); } }, measured: " $request_time"));
        Assert.Equal(("timeouts", "upstream-slow", (long?)60_000), (timeouts.Kind, timeouts.Cause, timeouts.Limit));
    }

    [Theory]
    [InlineData(4, 0.2, "slow-node:upstream-slow")]
    [InlineData(2, 0.2, "")]
    [InlineData(4, 0, "")]
    public void ServerThatTakesLonger_OnAllRoutes_IsNamed(int times, double fixedSeconds, string told)
    {
        var found = Found(row => row.Seconds = Math.Round((row.Seconds + fixedSeconds) * (row.Node.StartsWith("10.0.0.2", StringComparison.Ordinal) ? fixedSeconds > 0 ? times : 1 : 1), 3));
        Assert.Equal(told, Told(found));
        Assert.All(found, finding => Assert.Equal("10.0.0.2:8080", finding.Upstream));
    }

    [Fact]
    public void RouteThatTakesLong_AccusesNotTheServerThatServesIt()
        => Assert.Equal("", Told(Found(row =>
        {
            if (row.Path == "/cart")
            {
                (row.Node, row.Seconds) = ("10.0.0.1:8080", row.Seconds + 0.4);
            }
            else
            {
                row.Node = $"10.0.0.{row.Number % 2 + 2}:8080";
            }
        })));

    /// <summary>Two apps on the same port of two machines: what fails is all that one of them serves.</summary>
    [Fact]
    public void ServerOfItsOwnRoutes_IsNoPeer()
        => Assert.Equal("bad-route:upstream-answered-error", Told(Found(row =>
        {
            (row.Path, row.Node) = row.Number % 5 < 2 ? ("/blog", "10.0.0.1:8080") : ("/users/17", "10.0.0.2:8080");
            row.Status = row.Path == "/blog" && row.Random.Next(16) == 0 ? "500" : row.Status;
        })));

    /// <summary>Pods of two services listen on the same port: those of the one that fails fail alike.</summary>
    [Fact]
    public void ServersOfAnAppThatFails_AreNotAccusedOneByOne()
        => Assert.DoesNotContain("bad-node", Told(Found(row =>
        {
            bool isBlog = row.Number % 5 < 2;
            (row.Path, row.Node) = (isBlog ? $"/blog{row.Number % 3}" : $"/shop{row.Number % 3}", $"10.0.{(isBlog ? 1 : 2)}.{row.Number % 3}:8080");
            row.Status = isBlog && row.Random.Next(16) == 0 ? "500" : row.Status;
        })), StringComparison.Ordinal);

    [Fact]
    public void WaveOfOneServer_ComesBehindTheServer()
    {
        var found = Found(row => { if (row.Minute >= 60 && row.Node.StartsWith("10.0.0.2", StringComparison.Ordinal)) { row.Refuse(); } });
        Assert.Equal(["bad-node", "error-wave"], found.Select(finding => finding.Kind));
        Assert.All(found, finding => Assert.Equal("10.0.0.2:8080", finding.Upstream));
    }

    [Fact]
    public void RouteThatFails_IsNamed()
    {
        var found = Assert.Single(Found(row => row.Status = row.Path == "/cart" && row.Number % 4 == 0 ? "500" : row.Status));
        Assert.Equal(("bad-route", "upstream-answered-error"), (found.Kind, found.Cause));
        Assert.StartsWith("/cart fails 2", found.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void FailureThatARetryHid_IsKnownByItsOwnTimes()
    {
        // The node's few other failures are the app's 502s: they do not speak for the hidden ones.
        var found = Assert.Single(Found(row =>
        {
            if (row.Number % 30 == 1)
            {
                (row.Node, row.Attempt, row.Connect) = ("10.0.0.2:8080, 10.0.0.1:8080", "502, 200", "-, 0.001");
            }
        }));
        Assert.Equal(("bad-node", "upstream-down", "10.0.0.2:8080"), (found.Kind, found.Cause, found.Upstream));
    }

    [Fact]
    public void ClientsThatWaited_AreFoundAmongThoseThatLeftAtOnce()
        => Assert.Equal("abandoned:client-gave-up", Told(Found(row =>
        {
            if (row.Number % 20 == 0)
            {
                (row.Status, row.Attempt, row.HasHeader, row.Seconds) = ("499", "-", false, row.Number % 60 == 0 ? 6 : 0.050);
            }
        })));

    [Fact]
    public void ClientsThatWaited_AreFoundByTheRequestsTime()
        => Assert.Equal("abandoned:client-gave-up", Told(Found(row => (row.Status, row.Seconds) = row.Number % 40 == 0 ? ("499", 5.0) : (row.Status, row.Seconds), measured: " $request_time")));

    [Fact]
    public void BusyHours_AreNoBurst_AndAShortRushIs()
    {
        Assert.Equal("", Told(Found(_ => { }, minutes: 1400, perMinute: minute => minute / 300 % 2 == 0 ? 6 : 30)));
        Assert.Equal("burst:-", Told(Found(_ => { }, perMinute: minute => minute is >= 100 and < 104 ? 400 : PerMinute)));
    }
}
