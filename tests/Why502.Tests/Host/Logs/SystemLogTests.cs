using System.Text;
using Why502.Diagnosis;
using Why502.Host.Logs;
using Xunit;

namespace Why502.Tests.Host.Logs;

public sealed class SystemLogTests
{
    [Fact]
    public void KernelRecord_BecomesADatedLine()
    {
        using var text = new MemoryStream();
        KernelRing.Append(text, "6,339,5140900,-;Out of memory: Killed process 7 (php-fpm)\n SUBSYSTEM=x\n"u8, LogFolder.Now, null);
        KernelRing.Append(text, "no record"u8, LogFolder.Now, null);
        KernelRing.Append(text, "6,1,x,-;bad"u8, LogFolder.Now, null);
        KernelRing.Append(text, "6,1,5,-;too early"u8, LogFolder.Now, LogFolder.Now.AddSeconds(1));
        Assert.Equal("2026-11-20T12:00:05+00:00 localhost kernel: Out of memory: Killed process 7 (php-fpm)\n", Encoding.ASCII.GetString(text.ToArray()));
    }

    [Fact]
    public async Task Journal_AnswersOrSaysWhyNot()
    {
        foreach (Question question in new Question[] { new JournalWindow("nginx.service", LogFolder.Now), new ErrorLogWindow("journal:--help", LogFolder.Now), new KernelLogWindow(LogFolder.Now) })
        {
            var answer = await LogFolder.AskAsync(question);
            Assert.True(answer.Fact is null == answer.Unobserved is not null);
            Assert.DoesNotContain("Exception", answer.Unobserved ?? "", StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AppLog_KeepsItsLastLinesSafe()
    {
        using var folder = new LogFolder();
        var path = folder.Write("app.log", string.Concat(Enumerable.Range(1, 40).Select(i => $"line {i} \u001b[31m password=hunter2\n")));
        var answer = await LogFolder.AskAsync(new AppLogWindow(path, LogFolder.Now.AddMinutes(-5)));
        var fact = Assert.IsType<AppLogFact>(answer.Fact);
        Assert.Equal(5, fact.LastLines.Count);
        Assert.Equal(("line 40 \\x1B[31m password=…", 40, path), (fact.LastLines[^1].Text, fact.LastLines[^1].Line, fact.LastLines[^1].File));
    }
}
