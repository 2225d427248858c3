using System.Text;
using System.Text.Json;
using Why502.Diagnosis;
using Why502.Reports;
using Xunit;

namespace Why502.Tests.Reports;

public sealed class ReportSnapshotTests
{
    private static readonly TimeSpan Took = TimeSpan.FromMilliseconds(412);

    [Theory]
    [InlineData("fault")]
    [InlineData("doubt")]
    [InlineData("several")]
    [InlineData("healthy")]
    [InlineData("unexplained")]
    public void KnownConclusion_ReadsAsReviewed(string name)
    {
        var input = new ReportInput(Of(name), Took);
        Snapshot.Check($"{name}.txt", TextReport.Render(input).ToString());
        Snapshot.Check($"{name}.md", MarkdownReport.Render(input));
        Snapshot.Check($"{name}.json", Indented(JsonReport.Render(input)));
    }

    [Theory]
    [InlineData("fault")]
    [InlineData("doubt")]
    [InlineData("several")]
    [InlineData("healthy")]
    [InlineData("unexplained")]
    public void EightyColumns_HoldAllButWhatMustStayWhole(string name)
    {
        var text = TextReport.Render(new ReportInput(Of(name), Took)).ToString();
        foreach (var line in text.Split('\n').Where(line => line.Length > 80))
        {
            Assert.DoesNotContain(' ', line.Trim());
        }
    }

    [Fact]
    public void FirstLine_IsTheAnswer()
    {
        var text = TextReport.Render(new ReportInput(Conclusions.Fault(), Took), 120).ToString();
        Assert.StartsWith("shop.example.com answers 502 on /api because nothing listens on 127.0.0.1:3000.\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "shop.example.com answers /api only by other servers of apis because nothing listens on 127.0.0.1:3000.\n")]
    [InlineData(502, "shop.example.com answers 502 on /api because nothing listens on 127.0.0.1:3000.\n")]
    public void FirstLine_SaysWhatClientsGot(int status, string line)
        => Assert.StartsWith(line, TextReport.Render(new ReportInput(Conclusions.OfGroup(status), Took), 120).ToString(), StringComparison.Ordinal);

    [Fact]
    public void HostileText_ReachesNoOutput()
    {
        var input = new ReportInput(Conclusions.Hostile(), Took);
        var text = TextReport.Render(input).ToString();
        var markdown = MarkdownReport.Render(input);
        var json = Encoding.UTF8.GetString(JsonReport.Render(input)).TrimEnd('\n');
        foreach (var output in new[] { text, markdown, json })
        {
            Assert.DoesNotContain(output, c => (c < ' ' && c != '\n') || c is '\x7f' or '\u202e' or '\u2028');
        }

        Assert.DoesNotContain('\n', json);
        Assert.DoesNotContain("\n| a |", markdown, StringComparison.Ordinal);
        // Outside of code, a tag's bracket is escaped.
        Assert.DoesNotContain("because \\x1B]0;owned\\x07\\x1B[31m[bold]<img", markdown, StringComparison.Ordinal);
    }

    [Fact]
    public void NothingSeen_SaysSo()
    {
        var blind = Conclusions.Unexplained() with { Unexplained = [], Overview = new Overview { Now = Conclusions.Now } };
        Assert.StartsWith("Cannot tell: no nginx was found here.", TextReport.Render(new ReportInput(blind, Took)).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Unobserved_IsGroupedByReason()
    {
        var conclusion = Conclusions.Fault(items =>
        {
            items.Add(new("packet-filter rules", "needs root", "whether a rule drops", ["firewall-blocked"]));
            items.Add(new("kernel log", "needs root", "OOM kills", []));
        });
        Assert.Contains("Not seen: packet-filter rules and kernel log (needs root)\n", TextReport.Render(new ReportInput(conclusion, Took)).ToString(), StringComparison.Ordinal);
    }

    private static Conclusion Of(string name) => name switch
    {
        "fault" => Conclusions.Fault(),
        "doubt" => Conclusions.Doubt(),
        "several" => Conclusions.Several(),
        "healthy" => Conclusions.Healthy(),
        _ => Conclusions.Unexplained(),
    };

    private static string Indented(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            document.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }
}
