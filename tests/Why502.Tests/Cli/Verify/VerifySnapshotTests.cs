using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Why502.Cli.Verify;
using Why502.Diagnosis;
using Why502.Logs;
using Why502.Tests.Reports;
using Xunit;

namespace Why502.Tests.Cli.Verify;

public sealed class VerifySnapshotTests
{
    private const string Url = "http://shop.example.com/login?session=secret";

    [Theory]
    [InlineData("works")]
    [InlineData("bad-server")]
    [InlineData("unproven")]
    [InlineData("tls-near-buffer")]
    public async Task KnownProof_ReadsAsReviewed(string name)
    {
        var proof = await OfAsync(name);
        Snapshot.Check($"{name}.txt", VerifyPage.Render(proof, 80).ToString());
        Snapshot.Check($"{name}.json", Indented(VerifyJson.Render(proof)));
    }

    [Theory]
    [InlineData("works")]
    [InlineData("bad-server")]
    [InlineData("unproven")]
    [InlineData("tls-near-buffer")]
    public async Task EveryProof_IsValidByTheSchema(string name)
    {
        using var schema = JsonDocument.Parse(VerifySchema.Render());
        using var report = JsonDocument.Parse(VerifyJson.Render(await OfAsync(name)));
        Assert.Empty(SchemaCheck.Errors(schema.RootElement, report.RootElement));
    }

    [Fact]
    public void PublishedSchema_IsNotStale()
    {
        var path = PublishedPath();
        if (Environment.GetEnvironmentVariable("WHY502_ACCEPT") == "1")
        {
            File.WriteAllText(path, VerifySchema.Render(), new UTF8Encoding(false));
        }

        Assert.Equal(File.ReadAllText(path), VerifySchema.Render());
    }

    [Fact]
    public async Task Query_ReachesNoOutput()
    {
        var proof = await OfAsync("bad-server");
        Assert.DoesNotContain("secret", VerifyPage.Render(proof, 80).ToString() + Encoding.UTF8.GetString(VerifyJson.Render(proof)), StringComparison.Ordinal);
    }

    private static async Task<Proof> OfAsync(string name)
    {
        var proof = name switch
        {
            "works" => await Group(_ => FakeMachine.Response(200)).ProveAsync(Url),
            "bad-server" => await Group(question => question is HttpGet { Address: "127.0.0.1:3001" } ? FakeMachine.Failed(ProbeOutcome.Refused, "111: Connection refused") : FakeMachine.Response(200)).ProveAsync(Url),
            "unproven" => await Group(_ => FakeMachine.Failed(ProbeOutcome.TimedOut, "nothing", 1000)).ProveAsync(Url, patience: TimeSpan.FromSeconds(60)),
            _ => await new FakeMachine("server { listen 443 ssl; server_name shop.example.com; location / { proxy_pass https://10.0.0.7; } }")
            {
                Upstreams = question => question is Connect ? new ConnectFact(ProbeOutcome.Ok, null, 0.2, 1) : FakeMachine.Response(200, 3600, tlsMs: 4),
            }.ProveAsync("https://shop.example.com/"),
        };

        // What differs from run to run: how long it took, and what was left of the time.
        foreach (var row in proof.Cases.SelectMany(tried => tried.Rows))
        {
            for (var i = 0; i < row.Attempts.Count; i++)
            {
                row.Attempts[i] = row.Attempts[i] with { Patience = TimeSpan.FromSeconds(Math.Round(row.Attempts[i].Patience.TotalSeconds)) };
            }
        }

        return proof with { Took = TimeSpan.FromMilliseconds(412), Meanwhile = name == "bad-server" ? Meanwhile : LoggedMeanwhile.Nothing };
    }

    private static LoggedMeanwhile Meanwhile
    {
        get
        {
            var record = ErrorLogLine.Parse("2026/11/20 12:00:00 [error] 7#7: *9 connect() failed (111: Connection refused) while connecting to upstream, client: 127.0.0.1, server: shop.example.com, request: \"GET /login?session=secret HTTP/1.1\", upstream: \"http://127.0.0.1:3001/login?session=secret\", host: \"shop.example.com\"")!;
            return new([new(record.ToLine() with { File = "/var/log/nginx/error.log" }, 2, record.Known?.Id, ["upstream-down", "loopback-mismatch"]) { Upstream = record.UpstreamPeer }], 3, ["/var/log/nginx/error.log"], []);
        }
    }

    private static FakeMachine Group(Func<Question, Fact?> answers) => new("""
        upstream app { server 127.0.0.1:3000; server 127.0.0.1:3001; server 127.0.0.1:3009 down; }
        server { listen 80; server_name shop.example.com; location / { proxy_pass http://app; } }
        """)
    {
        Upstreams = question => question is Connect ? new ConnectFact(ProbeOutcome.Ok, null, 0.2, 1) : answers(question),
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

    private static string PublishedPath([CallerFilePath] string caller = "")
        => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(caller)!, "../../../../docs/schema/verify-1.schema.json"));
}
