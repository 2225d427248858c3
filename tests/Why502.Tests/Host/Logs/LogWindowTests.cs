using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Why502.Diagnosis;
using Why502.Host.Logs;
using Xunit;

namespace Why502.Tests.Host.Logs;

public sealed class LogWindowTests : IDisposable
{
    private static readonly DateTimeOffset Now = LogFolder.Now;
    private static readonly TimeSpan Minutes10 = TimeSpan.FromMinutes(10);

    private readonly LogFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task OnlyTheWindow_IsCounted()
    {
        var path = folder.Write("error.log", LogFolder.Lines(Now, 3600));
        var fact = await LogFolder.ErrorLogAsync(path, Minutes10);
        Assert.Equal(600 + 1, fact.Summary.Records);
        Assert.False(fact.Coverage.Sampled);
        Assert.Equal([path], fact.Coverage.Files);
    }

    [Fact]
    public async Task NoStart_IsTheWholeLog()
        => Assert.Equal(3600, (await LogFolder.ErrorLogAsync(folder.Write("error.log", LogFolder.Lines(Now, 3600)), null)).Summary.Records);

    [Fact]
    public async Task EmptyLog_IsSeen()
        => Assert.Equal(0, (await LogFolder.ErrorLogAsync(folder.Write("error.log", ""), Minutes10)).Summary.Records);

    [Fact]
    public void LineNumbers_AreExact()
    {
        var path = folder.Write("error.log", LogFolder.Lines(Now, 3600));
        var sink = Collect(path, TimeSpan.FromSeconds(9), LogLimits.Default, out var coverage);
        Assert.Equal((path, 3600 - 9 - 5), (sink.Files[0].File, sink.Files[0].FirstLine));
        Assert.Equal(coverage!.BytesRead, sink.Text.Length);
        Assert.StartsWith(LogFolder.Line(Now.AddSeconds(-14), 3586), sink.Text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void LineNumbers_AreUnknownWhereCountingCostsTooMuch()
    {
        var path = folder.Write("error.log", LogFolder.Lines(Now, 3600));
        Assert.Null(Collect(path, Minutes10, LogLimits.Default with { LineCountBytesMax = 1000 }, out _).Files[0].FirstLine);
    }

    [Fact]
    public void WindowBeyondTheLimit_IsReadFromItsNewestEnd()
    {
        var text = LogFolder.Lines(Now, 3600);
        var path = folder.Write("error.log", text);
        var sink = Collect(path, TimeSpan.FromMinutes(30), LogLimits.Default, out var coverage, bytesMax: 50_000);
        Assert.True(coverage!.Sampled);
        Assert.InRange(coverage.BytesRead, 49_000, 50_000);
        Assert.InRange(coverage.BytesInWindow, text.Length * 0.49, text.Length * 0.51);
        Assert.StartsWith("only the newest", coverage.Lacks, StringComparison.Ordinal);
        Assert.EndsWith(sink.Text.ToString(), text, StringComparison.Ordinal);
        Assert.StartsWith("2026/", sink.Text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RotatedFiles_AreReadWhileTheyReachIntoTheWindow()
    {
        folder.Write("error.log.3.gz", LogFolder.Lines(Now.AddMinutes(-30), 100, 1), Now.AddMinutes(-30));
        folder.Write("error.log.2.gz", LogFolder.Lines(Now.AddMinutes(-6), 600, 1000), Now.AddMinutes(-6));
        folder.Write("error.log.1", LogFolder.Lines(Now.AddMinutes(-3), 100, 2000), Now.AddMinutes(-3));
        folder.Write("error.log.old", "unrelated", Now);
        folder.Write("error.log-x", "unrelated", Now);
        var path = folder.Write("error.log", LogFolder.Lines(Now, 60, 3000));
        var fact = await LogFolder.ErrorLogAsync(path, Minutes10);
        Assert.Equal(60 + 100 + 241, fact.Summary.Records);
        Assert.Equal([folder["error.log.2.gz"], folder["error.log.1"], path], fact.Coverage.Files);
    }

    [Fact]
    public async Task RotatedFiles_AreLeftAloneWhenTheLogGoesBackFarEnough()
    {
        folder.Write("error.log.1", LogFolder.Lines(Now, 100), Now);
        var path = folder.Write("error.log", LogFolder.Lines(Now, 3600));
        Assert.Equal([path], (await LogFolder.ErrorLogAsync(path, Minutes10)).Coverage.Files);
    }

    [Theory]
    [InlineData("error.log-20261120")]
    [InlineData("error.log-20261120.gz")]
    [InlineData("error.log-2026-11-20-1763636400.gz")]
    [InlineData("error.log.0")]
    [InlineData("error-20261120.log")]
    [InlineData("error-20261120.log.gz")]
    [InlineData("error.log.2026-11-20_11:58")]
    public async Task NamesOfRotation_AreKnown(string name)
    {
        folder.Write(name, LogFolder.Lines(Now.AddMinutes(-2), 10), Now.AddMinutes(-2));
        var path = folder.Write("error.log", LogFolder.Lines(Now, 10));
        Assert.Equal(20, (await LogFolder.ErrorLogAsync(path, Minutes10)).Summary.Records);
    }

    [Theory]
    [InlineData("error.log", "error.log")]
    [InlineData("error.log", "error.log.bak")]
    [InlineData("error.log", "error-api.log")]
    [InlineData("error.log", "error.log.1.tmp")]
    [InlineData("error.log", "myerror.log.1")]
    [InlineData("api", "api2")]
    public void OtherFiles_AreNoRotation(string name, string other) => Assert.Null(RotatedFiles.PackingOf(name, other));

    [Fact]
    public async Task UnknownPacking_IsNamed()
    {
        folder.Write("error.log.1.zst", "?", Now);
        var fact = await LogFolder.ErrorLogAsync(folder.Write("error.log", LogFolder.Lines(Now, 10)), Minutes10);
        Assert.Equal([$"{folder["error.log.1.zst"]}: it is packed as zst"], fact.Coverage.NotRead);
    }

    [Fact]
    public async Task DamagedGzip_IsNamedOrReadAsFarAsItGoes()
    {
        File.WriteAllText(folder["error.log.1.gz"], "no gzip");
        File.SetLastWriteTimeUtc(folder["error.log.1.gz"], Now.UtcDateTime);
        var whole = folder.Write("error.log.2.gz", LogFolder.Lines(Now.AddMinutes(-1), 20_000), Now);
        File.WriteAllBytes(whole, File.ReadAllBytes(whole)[..^2000]);
        File.SetLastWriteTimeUtc(whole, Now.AddMinutes(-1).UtcDateTime);
        var fact = await LogFolder.ErrorLogAsync(folder.Write("error.log", LogFolder.Lines(Now, 10)), TimeSpan.FromDays(1));
        Assert.Single(fact.Coverage.NotRead);
        Assert.InRange(fact.Summary.Records, 1000, 20_010);
    }

    [Fact]
    public async Task BetweenRenameAndReopening_ThePredecessorStandsIn()
    {
        folder.Write("error.log.1", LogFolder.Lines(Now, 10));
        Assert.Equal(10, (await LogFolder.ErrorLogAsync(folder["error.log"], Minutes10)).Summary.Records);
    }

    [Fact]
    public async Task SymbolicLink_IsFollowedAlsoToItsPredecessors()
    {
        folder.Write("real.log.1", LogFolder.Lines(Now.AddMinutes(-1), 10), Now.AddMinutes(-1));
        folder.Write("real.log", LogFolder.Lines(Now, 10));
        File.CreateSymbolicLink(folder["link.log"], "real.log");
        Assert.Equal(20, (await LogFolder.ErrorLogAsync(folder["link.log"], Minutes10)).Summary.Records);
    }

    [Fact]
    public async Task HardLinkOfTheLog_IsNotCountedTwice()
    {
        var path = folder.Write("error.log", LogFolder.Lines(Now, 10));
        using var link = Process.Start("ln", [path, folder["error.log.1"]]);
        await link.WaitForExitAsync();
        Assert.Equal(10, (await LogFolder.ErrorLogAsync(path, Minutes10)).Summary.Records);
    }

    [Fact]
    public async Task SparseGiant_CostsWhatItsTailCosts()
    {
        var path = folder.Write("error.log", "");
        var tail = Encoding.Latin1.GetBytes(LogFolder.Lines(Now, 3600));
        using (var file = File.OpenWrite(path))
        {
            file.SetLength(50L << 30);
            file.Seek(0, SeekOrigin.End);
            file.Write(tail);
        }

        var watch = Stopwatch.StartNew();
        var fact = await LogFolder.ErrorLogAsync(path, Minutes10);
        Assert.Equal(601, fact.Summary.Records);
        Assert.InRange(watch.ElapsedMilliseconds, 0, 3000);
    }

    [Fact]
    public async Task SparseHead_IsPassedOver()
    {
        var path = folder.Write("error.log", "");
        using (var file = File.OpenWrite(path))
        {
            file.Seek(20L << 30, SeekOrigin.Begin);
            file.Write(Encoding.Latin1.GetBytes(LogFolder.Lines(Now, 100)));
        }

        Assert.Equal(100, (await LogFolder.ErrorLogAsync(path, TimeSpan.FromHours(1))).Summary.Records);
    }

    [Fact]
    public async Task GrowingLog_IsReadToWhereItWas()
    {
        var path = folder.Write("error.log", LogFolder.Lines(Now, 3000));
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            await using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
            while (!stop.IsCancellationRequested)
            {
                await file.WriteAsync(Encoding.Latin1.GetBytes(LogFolder.Lines(Now, 50)));
                await file.FlushAsync();
            }
        });
        var fact = await LogFolder.ErrorLogAsync(path, Minutes10);
        await stop.CancelAsync();
        await writer;
        Assert.True(fact.Summary.Records >= 601);
    }

    [Fact]
    public void LogTruncatedInMidRead_EndsThere()
    {
        var path = folder.Write("error.log", LogFolder.Lines(Now, 20_000));
        var sink = Collect(path, TimeSpan.FromDays(1), LogLimits.Default, out var coverage, onBlock: () => File.WriteAllBytes(path, []));
        Assert.NotNull(coverage);
        Assert.InRange(sink.Text.Length, 1, 300_000);
    }

    [Fact]
    public async Task BinaryGarbage_IsSeen()
    {
        var garbage = new byte[300_000];
        new Random(5).NextBytes(garbage);
        await LogFolder.ErrorLogAsync(folder.Write("error.log", garbage), Minutes10);
    }

    [Theory]
    [InlineData("/dev/null", "device")]
    [InlineData("/dev/stderr", "stream of nginx itself")]
    [InlineData("/proc/self/fd/2", "stream of nginx itself")]
    [InlineData("/dev/zero", "device")]
    [InlineData("/etc", "directory")]
    [InlineData("/nowhere/error.log", "no such file")]
    [InlineData("/etc/passwd/error.log", "Not a directory")]
    [InlineData("relative/error.log", "no such file")]
    public async Task WhatIsNoFile_IsUnobserved(string path, string reason)
    {
        var answer = await LogFolder.AskAsync(new ErrorLogWindow(path, Now));
        Assert.Null(answer.Fact);
        Assert.Contains(reason, answer.Unobserved, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PathThroughAProcesssRoot_IsAFile()
    {
        var path = folder.Write("error.log", LogFolder.Lines(Now, 10));
        Assert.Equal(10, (await LogFolder.ErrorLogAsync($"/proc/{Environment.ProcessId}/root{path}", Minutes10)).Summary.Records);
    }

    [Fact]
    public async Task FifoSocketAndLinkToStderr_AreUnobservedWithoutWaiting()
    {
        using (var mkfifo = Process.Start("mkfifo", [folder["fifo"]]))
        {
            await mkfifo.WaitForExitAsync();
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(folder["socket"]));
        File.CreateSymbolicLink(folder["docker.log"], "/dev/stderr");
        File.CreateSymbolicLink(folder["loop.log"], "loop.log");
        foreach (var (name, reason) in new[] { ("fifo", "FIFO"), ("socket", "socket"), ("docker.log", "stream of nginx"), ("loop.log", "symbolic links") })
        {
            var answer = await LogFolder.AskAsync(new AppLogWindow(folder[name], Now));
            Assert.Contains(reason, answer.Unobserved, StringComparison.Ordinal);
        }
    }

    private static CollectingSink Collect(string path, TimeSpan window, LogLimits limits, out LogCoverage? coverage, long bytesMax = 32 << 20, Action? onBlock = null)
    {
        var start = new WindowStart(Now - window, Now, TimeZoneInfo.Utc, limits.Disorder);
        var sink = new CollectingSink { OnBlock = onBlock };
        coverage = new LogWindow(path, start, start.PlaceByLead, bytesMax, limits).Read(sink, CancellationToken.None, out _);
        return sink;
    }

    private sealed class CollectingSink : ILogSink
    {
        public List<(string File, int? FirstLine)> Files { get; } = [];

        public StringBuilder Text { get; } = new();

        public Action? OnBlock { get; init; }

        public void Begin(string file, int? firstLine) => Files.Add((file, firstLine));

        public void Push(ReadOnlySpan<byte> block)
        {
            Text.Append(Encoding.Latin1.GetString(block));
            OnBlock?.Invoke();
        }

        public void End()
        {
        }
    }
}
