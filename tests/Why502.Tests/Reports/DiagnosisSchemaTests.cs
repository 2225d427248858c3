using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Why502.Reports;
using Xunit;

namespace Why502.Tests.Reports;

public sealed class DiagnosisSchemaTests
{
    [Fact]
    public void PublishedSchema_IsNotStale()
    {
        var path = PublishedPath();
        if (Environment.GetEnvironmentVariable("WHY502_ACCEPT") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, DiagnosisSchema.Render(), new UTF8Encoding(false));
        }

        Assert.Equal(File.ReadAllText(path), DiagnosisSchema.Render());
    }

    [Fact]
    public void EveryReport_IsValid()
    {
        using var schema = JsonDocument.Parse(DiagnosisSchema.Render());
        foreach (var conclusion in new[] { Conclusions.Fault(), Conclusions.Doubt(), Conclusions.Several(), Conclusions.Healthy(), Conclusions.Unexplained(), Conclusions.Hostile() })
        {
            using var report = JsonDocument.Parse(JsonReport.Render(new ReportInput(conclusion, TimeSpan.FromSeconds(1))));
            Assert.Empty(SchemaCheck.Errors(schema.RootElement, report.RootElement));
        }
    }

    [Theory]
    [InlineData("\"verdict\":\"faulty\"", "\"verdict\":\"broken\"")]
    [InlineData("\"cause\":\"upstream-down\"", "\"cause\":\"gremlins\"")]
    [InlineData("\"confidence\":0.98", "\"confidence\":1.5")]
    [InlineData("\"took_ms\":1000,", "")]
    public void ChangedReport_IsNotValid(string part, string other)
    {
        using var schema = JsonDocument.Parse(DiagnosisSchema.Render());
        var text = Encoding.UTF8.GetString(JsonReport.Render(new ReportInput(Conclusions.Fault(), TimeSpan.FromSeconds(1))));
        Assert.Contains(part, text, StringComparison.Ordinal);
        using var report = JsonDocument.Parse(text.Replace(part, other, StringComparison.Ordinal));
        Assert.NotEmpty(SchemaCheck.Errors(schema.RootElement, report.RootElement));
    }

    private static string PublishedPath([CallerFilePath] string caller = "")
        => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(caller)!, "../../../docs/schema/diagnosis-1.schema.json"));
}
