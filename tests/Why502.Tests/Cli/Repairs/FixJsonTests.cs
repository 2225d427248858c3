using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Why502.Cli.Repairs;
using Why502.Diagnosis;
using Why502.Repair;
using Why502.Reports;
using Why502.Tests.Repair;
using Why502.Tests.Reports;
using Xunit;

namespace Why502.Tests.Cli.Repairs;

public class FixJsonTests
{
    [Fact]
    public void PublishedSchema_IsNotStale()
    {
        var path = PublishedPath();
        if (Environment.GetEnvironmentVariable("WHY502_ACCEPT") == "1")
        {
            File.WriteAllText(path, FixSchema.Render(), new UTF8Encoding(false));
        }

        Assert.Equal(File.ReadAllText(path), FixSchema.Render());
    }

    [Fact]
    public async Task AppliedUndoneAndRefused_AreValidByTheSchema()
    {
        using var folder = new RepairFolder();
        var file = folder.Write("shop.conf", "old\n");
        var applied = await folder.Transaction().ApplyAsync(folder.Plan(new RepairAction.WriteFile(file, RepairFolder.Bytes("old\n"), RepairFolder.Bytes("new\n"))), RepairFolder.Works, CancellationToken.None);
        var undone = await folder.Transaction().UndoAsync();

        var answers = new[]
        {
            new FixAnswer("undo") { Outcomes = [applied, undone] },
            new FixAnswer("history") { History = folder.Store.All() },
            new FixAnswer("refused") { Refusal = "another why502 fix is under way" },
        };
        using var schema = JsonDocument.Parse(FixSchema.Render());
        foreach (var answer in answers)
        {
            using var report = JsonDocument.Parse(FixJson.Render(answer));
            Assert.Empty(SchemaCheck.Errors(schema.RootElement, report.RootElement));
        }

        using var history = JsonDocument.Parse(FixJson.Render(answers[1]));
        Assert.Equal("undone", history.RootElement.GetProperty("history")[0].GetProperty("state").GetString());
    }

    [Fact]
    public void WhatAnotherProgramSaid_IsWithoutItsSecrets()
    {
        var answer = new FixAnswer("refused") { Refusal = "nginx -t: invalid value in proxy_pass http://shop:hunter2@127.0.0.1/?token=abc" };
        Assert.DoesNotContain("hunter2", FixJson.Render(answer), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", string.Concat(FixPage.Render(answer, 80).Lines.SelectMany(line => line).Select(run => run.Text)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shop.service failed", "shop.service failed.")]
    [InlineData("nothing listens!", "Nothing listens!")]
    [InlineData("nginx's worker cannot write.", "nginx's worker cannot write.")]
    [InlineData("/run/app.sock is stale", "/run/app.sock is stale.")]
    public void Sentence_LeavesNamesAsTheyAre(string clause, string sentence) => Assert.Equal(sentence, Sentences.Statement(clause));

    private static string PublishedPath([CallerFilePath] string caller = "")
        => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(caller)!, "../../../../docs/schema/fix-1.schema.json"));
}
