using Why502.Host.Logs;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Host.Logs;

public sealed class ErrorLogWatchTests : IDisposable
{
    private readonly LogFolder folder = new();
    private readonly ErrorLogWatch watch = new();

    public void Dispose()
    {
        watch.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void AppendedLines_AreReadAndEarlierOnesAreNot()
    {
        var path = folder.Write("error.log", LogFolder.Lines(LogFolder.Now, 3));
        watch.Add(path, 0);
        File.AppendAllText(path, LogFolder.Line(LogFolder.Now, 10));
        Assert.Equal([10], Read());
    }

    [Fact]
    public void RenamedLog_IsReadToItsEndAndItsSuccessorFromTheStart()
    {
        var path = folder.Write("error.log", LogFolder.Lines(LogFolder.Now, 3));
        watch.Add(path, 0);
        File.Move(path, folder["error.log.1"]);
        File.AppendAllText(folder["error.log.1"], LogFolder.Line(LogFolder.Now, 10));
        File.WriteAllText(path, LogFolder.Line(LogFolder.Now, 11));
        Assert.Equal([10, 11], Read());
    }

    [Fact]
    public void TruncatedLog_IsReadFromTheStart()
    {
        var path = folder.Write("error.log", LogFolder.Lines(LogFolder.Now, 3));
        watch.Add(path, 0);
        using (var file = new FileStream(path, FileMode.Truncate))
        {
        }

        File.AppendAllText(path, LogFolder.Line(LogFolder.Now, 12));
        Assert.Equal([12], Read());
    }

    [Fact]
    public void LogThatComesLater_IsRead()
    {
        watch.Add(folder["later.log"], 0);
        folder.Write("later.log", LogFolder.Line(LogFolder.Now, 13));
        Assert.Equal([13], Read());
        Assert.Empty(watch.Unseen);
    }

    [Fact]
    public void StandardError_IsUnseen()
    {
        watch.Add("/dev/stderr", 0);
        Assert.Single(watch.Unseen);
        Assert.Empty(Read());
    }

    [Fact]
    public void Flood_IsCut()
    {
        var path = folder.Write("error.log", "");
        watch.Add(path, 0);
        File.AppendAllText(path, LogFolder.Lines(LogFolder.Now, ErrorLogWatch.BytesMax / 200));
        Assert.NotEmpty(Read());
        Assert.True(watch.Cut);
    }

    private IEnumerable<long> Read() => watch.Read(CancellationToken.None).Select((ErrorLogRecord record) => record.Connection ?? 0);
}
