using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Why502.Lab.Machine;
using Why502.Lab.Verdicts;
using Xunit;
using Xunit.Abstractions;

namespace Why502.Lab.Routing;

/// <summary>
/// Random configurations and requests, once through real nginx and once through <c>config route</c>: server, location, URI sent upstream,
/// status and redirect have to be the same. More of them: <c>WHY502_ROUTING_CONFIGURATIONS=1000 WHY502_ROUTING_SEED=7</c>; differences are
/// then written to <c>WHY502_ROUTING_REPORT</c>.
/// </summary>
public sealed class RoutingDifferential(ITestOutputHelper output)
{
    private const int RequestsEach = 40;

    /// <summary>What may differ: nginx sends uninitialised memory in places, and PCRE counts its steps in its own way.</summary>
    private const double AgreementMin = 0.995;

    /// <summary>Answers that say of themselves that something is missing prove nothing either way.</summary>
    private static readonly string[] Undecided = ["cannot be known", "is decided by an upstream"];

    [SkippableFact]
    public void RandomRequests_GoWhereNginxTakesThem()
    {
        Programs.Require("nginx");
        Skip.If(Tool.Binary is null, "no published binary: set WHY502_BINARY or publish to artifacts/publish");
        var seed = Setting("WHY502_ROUTING_SEED", 502);
        var root = Path.Combine(Path.GetTempPath(), $"why502-routing-{Guid.NewGuid().ToString("N")[..8]}");
        try
        {
            var (cases, refused, crashes) = Observe(root, seed, Setting("WHY502_ROUTING_CONFIGURATIONS", 60));
            var answers = Ask(cases);
            var differences = cases.Zip(answers, Difference).OfType<string>().ToList();
            var agreement = 1 - ((double)differences.Count / cases.Count);
            output.WriteLine($"{cases.Count} requests, {differences.Count} differ ({agreement:P3} agree); {refused} configurations refused by nginx, {crashes} requests ended it");
            Report(differences);
            Assert.True(agreement >= AgreementMin, string.Join('\n', differences.Take(20)));
            Assert.True(cases.Count > 100, "too few requests to say anything");
        }
        finally
        {
            if (Environment.GetEnvironmentVariable("WHY502_ROUTING_REPORT") is null && Directory.Exists(root))
            {
                Directory.Delete(root, recursive: true);
            }
        }
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    private static (List<Case> Cases, int Refused, int Crashes) Observe(string root, int seed, int configurations)
    {
        var cases = new List<Case>();
        var (refused, crashes) = (0, 0);
        using var upstream = new RecordingUpstream();
        var port = FreePorts();
        for (var i = 0; i < configurations; i++)
        {
            var random = new Random(unchecked((seed * 100_003) + i));
            var generator = new ConfigurationGenerator(random, port, upstream.Port);
            var directory = Path.Combine(root, i.ToString(CultureInfo.InvariantCulture));
            Directory.CreateDirectory(directory);
            using var nginx = RoutedNginx.Start(directory, generator.Make(), port);
            if (nginx is null)
            {
                refused++;
                continue;
            }

            var sent = new List<(RoutedRequest Request, string? Connection, string? Redirect, string? Upstream)>();
            for (var n = 0; n < RequestsEach; n++)
            {
                var request = RoutedRequest.Random(random, port, generator.Paths);
                upstream.Take();
                var (connection, redirect) = nginx.Send(request);
                if (nginx.HasExited)
                {
                    // Some replacements write past their buffer in this nginx: the request that ended it has no answer to compare with.
                    crashes++;
                    break;
                }

                sent.Add((request, connection, redirect, upstream.Take()));
            }

            if (sent.Count == 0)
            {
                continue;
            }

            var logged = nginx.Stop(sent[^1].Connection ?? string.Empty);
            cases.AddRange(sent.Select(s => new Case(
                Path.Combine(directory, "nginx.conf"), s.Request, s.Connection is not null, logged.GetValueOrDefault(s.Connection ?? string.Empty).Line, logged.GetValueOrDefault(s.Connection ?? string.Empty).Status, s.Redirect, s.Upstream)));
        }

        return (cases, refused, crashes);
    }

    private static List<JsonElement> Ask(List<Case> cases)
    {
        using var tool = new Process
        {
            StartInfo = new ProcessStartInfo(Tool.Binary!, ["config", "route", "--batch", "--format", "json"]) { RedirectStandardInput = true, RedirectStandardOutput = true },
        };
        tool.Start();
        var input = tool.StandardInput;
        var writing = Task.Run(() =>
        {
            foreach (var one in cases)
            {
                input.WriteLine(one.Question());
            }

            input.Close();
        });
        var answers = new List<JsonElement>();
        while (tool.StandardOutput.ReadLine() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            answers.Add(json.RootElement.Clone());
        }

        writing.Wait();
        tool.WaitForExit();
        Assert.Equal(cases.Count, answers.Count);
        return answers;
    }

    private static string? Difference(Case expected, JsonElement answer)
    {
        if (answer.TryGetProperty("notes", out var notes) && notes.EnumerateArray().Any(n => Undecided.Any(u => n.GetString()!.Contains(u, StringComparison.Ordinal))))
        {
            return null;
        }

        var place = answer.GetProperty("location") is { ValueKind: JsonValueKind.Object } location ? location : answer.GetProperty("server");
        var line = place.ValueKind == JsonValueKind.Object ? place.GetProperty("line").GetInt32() : 0;
        var sent = answer.GetProperty("upstream_uri").GetString();
        var received = expected.Upstream is null ? null : Text(expected.Upstream);
        int? status = answer.TryGetProperty("status", out var code) && code.ValueKind == JsonValueKind.Number ? code.GetInt32() : null;
        var redirect = answer.TryGetProperty("redirect", out var to) ? to.GetString() : null;
        var wrong = !expected.Connected ? (line != 0 ? "nothing listens" : null)
            : line != expected.Line ? $"line {line}, nginx {expected.Line}"
            : sent != received && !(sent is not null && received is null && expected.Status is 502) ? $"upstream {sent}, nginx {received}"
            : status is not null && expected.Status != 0 && status != expected.Status ? $"status {status}, nginx {expected.Status}"
            : status is 301 or 302 or 303 or 307 or 308 && (redirect ?? "") != (expected.Redirect is null ? "" : Text(expected.Redirect)) ? $"redirect {redirect}, nginx {expected.Redirect}"
            : null;
        return wrong is null ? null : $"{wrong}: {expected.Question()} (nginx: line {expected.Line}, {expected.Status}, {received})";
    }

    /// <summary>As the tool writes bytes into JSON: UTF-8 where they are UTF-8, else one character each.</summary>
    private static string Text(string bytes) =>
        System.Text.Unicode.Utf8.IsValid(Encoding.Latin1.GetBytes(bytes)) ? Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes)) : bytes;

    private static void Report(List<string> differences)
    {
        if (Environment.GetEnvironmentVariable("WHY502_ROUTING_REPORT") is { Length: > 0 } path)
        {
            File.WriteAllLines(path, differences);
        }
    }

    private static int FreePorts()
    {
        for (var attempt = 0; attempt < 50; attempt++)
        {
            using var first = new TcpListener(IPAddress.Loopback, 0);
            first.Start();
            var port = ((IPEndPoint)first.LocalEndpoint).Port;
            try
            {
                using var second = new TcpListener(IPAddress.Any, port + 1);
                second.Start();
                return port;
            }
            catch (SocketException)
            {
                // The neighbour is taken; another pair will do.
            }
        }

        throw new LabException("no two free ports beside each other");
    }

    private sealed record Case(string Configuration, RoutedRequest Request, bool Connected, int Line, int Status, string? Redirect, string? Upstream)
    {
        public string Question() => JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["config"] = Configuration,
            ["listen"] = Request.Listen,
            ["tls"] = false,
            ["host"] = Request.Host,
            ["uri"] = Request.Uri,
            ["method"] = Request.Method,
            ["http"] = Request.Version,
        });
    }
}
