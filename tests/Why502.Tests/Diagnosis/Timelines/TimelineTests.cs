using Why502.Cli.Commands;
using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Diagnosis.Timelines;

/// <summary>What changed just before an incident, from logs that were handed over.</summary>
public sealed class TimelineTests
{
    private const string Refused = "2026/01/15 12:00:40 [error] 9#9: *5 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:8000/\", host: \"shop.example\"";

    [Fact]
    public void FailuresAfterAReload_BeganAfterIt()
    {
        var timeline = Of($"2026/01/15 11:00:00 [notice] 9#9: start worker processes\n2026/01/15 12:00:00 [notice] 8#8: reconfiguring\n{Refused}\n");
        Assert.True(timeline.BeginningSeen);
        Assert.Equal("nginx was reloaded", timeline.Trigger?.What);
        Assert.Equal(2, timeline.Trigger?.Line);
    }

    [Theory]
    [InlineData("15/Jan/2026:12:00:10", false)]
    [InlineData("15/Jan/2026:11:59:50", true)]
    public void AnswerBetweenAReloadAndTheFailure_ShowsThatItWasNotTheReload(string answered, bool isTrigger)
    {
        var timeline = Of(
            $"2026/01/15 11:00:00 [notice] 9#9: start worker processes\n2026/01/15 12:00:00 [notice] 8#8: reconfiguring\n{Refused}\n",
            $"192.0.2.7 - - [{answered} +0000] \"GET / HTTP/1.1\" 200 12 \"-\" \"curl/8\"\n192.0.2.7 - - [15/Jan/2026:12:00:40 +0000] \"GET / HTTP/1.1\" 502 12 \"-\" \"curl/8\"\n",
            "events {}\nhttp { server { listen 80; server_name shop.example; location / { proxy_pass http://127.0.0.1:8000; } } }\n");
        Assert.Equal(isTrigger ? "nginx was reloaded" : null, timeline.Trigger?.What);
    }

    [Fact]
    public void LogThatBeginsWithTheFailure_HasNoBeginning()
    {
        var timeline = Of($"{Refused}\n");
        Assert.False(timeline.BeginningSeen);
        Assert.Null(timeline.Trigger);
    }

    [Fact]
    public void ReloadAnHourBefore_IsNoBeginning()
        => Assert.Null(Of($"2026/01/15 11:00:00 [notice] 8#8: reconfiguring\n{Refused}\n").Trigger);

    [Fact]
    public void UnitThatEndedJustBefore_IsTheBeginning()
    {
        var timeline = Of(
            $"2026/01/15 11:00:00 [notice] 8#8: start worker processes\n{Refused}\n",
            "Jan 15 12:00:38 web systemd[1]: app.service: Main process exited, code=exited, status=1/FAILURE\nJan 15 12:00:39 web systemd[1]: app.service: Failed with result 'exit-code'.\n");
        Assert.Equal("app.service failed", timeline.Trigger?.What);
        Assert.Equal(["app.service ended", "app.service failed"], timeline.Before.Select(change => change.What));
    }

    private static Timeline Of(params string[] logs)
    {
        var folder = Directory.CreateTempSubdirectory("why502-timeline");
        try
        {
            var names = logs.Select((text, index) => Path.Combine(folder.FullName, $"{index}.log")).ToArray();
            foreach (var (name, text) in names.Zip(logs))
            {
                File.WriteAllText(name, text);
            }

            var result = FileDiagnosis.RunAsync(new DiagnoseRequest { Files = names }, _ => { }, CancellationToken.None).GetAwaiter().GetResult();
            return result.Conclusion.Findings[0].Incident.Timeline!;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
