using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Why502.Cli;
using Why502.Cli.Commands;
using Why502.Cli.Given;
using Xunit;

namespace Why502.Tests.Cli;

public sealed class FileDiagnosisTests : IDisposable
{
    private const string Line = "2024/08/14 09:31:07 [error] 3821#3821: *5103 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET /api/ HTTP/1.1\", upstream: \"http://127.0.0.1:3000/api/\", host: \"shop.example\"\n";

    private const string Configuration = "events {}\nhttp {\n  server {\n    listen 80;\n    server_name shop.example;\n    location /api/ { proxy_pass http://127.0.0.1:3000; }\n  }\n}\n";

    private readonly string directory = Directory.CreateTempSubdirectory("why502-test-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task ErrorLogAlone_IsDiagnosedWithItsOwnClock()
    {
        using var report = await DiagnoseAsync(1, Write("a.txt", Line));
        var finding = report.RootElement.GetProperty("findings")[0];
        Assert.Equal("connect", finding.GetProperty("phase").GetString());
        Assert.Equal("current", finding.GetProperty("state").GetString());
        Assert.StartsWith("2024-08-14T09:31:07", finding.GetProperty("impact").GetProperty("last").GetString(), StringComparison.Ordinal);
        Assert.EndsWith("a.txt", finding.GetProperty("evidence")[0].GetProperty("file").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, finding.GetProperty("evidence")[0].GetProperty("line").GetInt32());
    }

    [Fact]
    public async Task ConfigurationBesideTheLog_GivesTheScope()
    {
        using var report = await DiagnoseAsync(1, Write("error.log", Line), Write("site.conf", Configuration));
        var scope = report.RootElement.GetProperty("findings")[0].GetProperty("scope");
        Assert.Equal("/api/", scope.GetProperty("location").GetString());
        Assert.Equal(6, scope.GetProperty("config").GetProperty("line").GetInt32());
    }

    [Fact]
    public async Task CompressedLog_IsReadLikeAnyOther()
    {
        var path = Path.Combine(directory, "error.log.2.gz");
        await using (var file = new GZipStream(File.Create(path), CompressionLevel.Fastest))
        {
            await file.WriteAsync(Encoding.UTF8.GetBytes(Line));
        }

        using var report = await DiagnoseAsync(1, path);
        Assert.Equal(1, report.RootElement.GetProperty("findings")[0].GetProperty("impact").GetProperty("requests").GetInt32());
    }

    /// <summary>On a machine only the newest part of a large log is read; one that was handed over is read whole.</summary>
    [Fact]
    public async Task LargeLog_IsCountedFromItsBeginning()
    {
        const int Failures = 120_000;
        var log = new StringBuilder().Insert(0, Line, Failures).Append("2024/08/14 09:41:07 [error] 3821#3821: *9 connect() to unix:/run/app.sock failed (2: No such file or directory) while connecting to upstream, client: 192.0.2.7, server: b.example, request: \"GET / HTTP/1.1\", upstream: \"http://unix:/run/app.sock:/\"\n");
        using var report = await DiagnoseAsync(1, Write("error.log", log.ToString()));
        Assert.Contains(report.RootElement.GetProperty("findings").EnumerateArray(), finding => finding.GetProperty("impact").GetProperty("requests").GetInt32() == Failures);
    }

    [Theory]
    [InlineData(12, "10")]
    [InlineData(9000, "many")]
    public async Task RoutesThatAreNotNamed_AreCountedAsFarAsThereIsRoom(int routes, string more)
    {
        var line = Line.Replace("connect() failed (111: Connection refused) while connecting to upstream", "upstream sent too big header while reading response header from upstream", StringComparison.Ordinal);
        var log = string.Concat(Enumerable.Range(0, routes).Select(route => line.Replace("/api/", $"/api/{Letters(route)}page", StringComparison.Ordinal)));
        var (terminal, output, _) = CommandLineTests.Memory();
        Assert.Equal(1, await CommandLine.RunAsync(["diagnose", Write("error.log", log)], terminal));
        Assert.Matches($@"\sand\s{more}\smore\sroutes\s", Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public async Task UnreadableNeighbour_IsUnobserved()
    {
        using var report = await DiagnoseAsync(1, Write("error.log", Line), Path.Combine(directory, "missing.log"));
        Assert.Contains(report.RootElement.GetProperty("unobserved").EnumerateArray(), item => item.GetProperty("why").GetString() == "there is no such file");
    }

    [Fact]
    public async Task RotatedNeighbour_IsNotTouched()
    {
        Write("error.log.1", Line);
        using var report = await DiagnoseAsync(1, Write("error.log", Line));
        Assert.Equal(1, report.RootElement.GetProperty("findings")[0].GetProperty("impact").GetProperty("requests").GetInt32());
    }

    [Fact]
    public async Task BinaryFile_IsRefusedWithAReason()
    {
        var (terminal, _, _) = CommandLineTests.Memory();
        var failure = await Assert.ThrowsAsync<UsageException>(() => CommandLine.RunAsync(["diagnose", Write("noise", "\0\x01\x02\xff binary \0\0")], terminal));
        Assert.Contains("neither an nginx configuration nor a log", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Record_ReplaysToTheSameReport()
    {
        var record = Path.Combine(directory, "run.record");
        var log = Write("error.log", Line);
        using var live = await DiagnoseAsync(1, log, "--record", record);
        using var replayed = await DiagnoseAsync(1, record);
        Assert.Equal(Findings(live), Findings(replayed));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(record) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact]
    public async Task CutRecord_IsRefusedWithItsLine()
    {
        var record = Path.Combine(directory, "run.record");
        using (await DiagnoseAsync(1, Write("error.log", Line), "--record", record))
        {
            var bytes = await File.ReadAllBytesAsync(record);
            await File.WriteAllBytesAsync(record, bytes[..^30]);
        }

        var (terminal, _, _) = CommandLineTests.Memory();
        var failure = await Assert.ThrowsAsync<UsageException>(() => CommandLine.RunAsync(["diagnose", record], terminal));
        Assert.Contains("run.record:", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData((int)GivenKind.ErrorLog, Line)]
    [InlineData((int)GivenKind.Configuration, Configuration)]
    [InlineData((int)GivenKind.Configuration, "# configuration file /etc/nginx/nginx.conf:\nevents {}\nhttp {}\n")]
    [InlineData((int)GivenKind.Record, "{\"why502\":\"record/1\",\"version\":\"0.1.0\"}")]
    [InlineData((int)GivenKind.AccessLog, "192.0.2.1 - - [14/Aug/2024:09:31:07 +0200] \"GET / HTTP/1.1\" 502 150 \"-\" \"curl/8\"\n")]
    [InlineData((int)GivenKind.AppLog, "[14-Aug-2024 09:31:07] WARNING: [pool www] server reached pm.max_children setting (5), consider raising it\n")]
    [InlineData((int)GivenKind.Empty, " \n\n")]
    [InlineData((int)GivenKind.Unknown, "lorem ipsum dolor\nsit amet\n")]
    public void Kind_IsToldByContent(int kind, string content) => Assert.Equal((GivenKind)kind, GivenFile.KindOf(Encoding.UTF8.GetBytes(content)));

    /// <summary>A number without digits, which a route would fold.</summary>
    private static string Letters(int number) => string.Concat(number.ToString(CultureInfo.InvariantCulture).Select(digit => (char)('a' + digit - '0')));

    private static string Findings(JsonDocument report) => report.RootElement.GetProperty("findings").GetRawText();

    private static async Task<JsonDocument> DiagnoseAsync(int status, params string[] arguments)
    {
        var (terminal, output, _) = CommandLineTests.Memory();
        Assert.Equal(status, await CommandLine.RunAsync(["diagnose", "--format", "json", .. arguments], terminal));
        return JsonDocument.Parse(output.ToArray());
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(directory, name);
        File.WriteAllText(path, content);
        return path;
    }
}
