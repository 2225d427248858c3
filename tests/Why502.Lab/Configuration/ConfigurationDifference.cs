using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Why502.Lab.Machine;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Configuration;

/// <summary>
/// Generated configurations with single mistakes, judged by real nginx and by <c>config check</c>. More of them:
/// <c>WHY502_LAB_MUTANTS=5000 WHY502_LAB_SEED=7</c>; WHY502_LAB_CASES=DIRECTORY keeps them with nginx's answers and what differs.
/// </summary>
public sealed class ConfigurationDifference
{
    /// <summary>nginx 1.22.1 is the reference of the messages; another version words and checks differently.</summary>
    private const string Reference = "1.22.1";

    [SkippableFact]
    public void SingleMistakes_AreJudgedAsNginxDoes() => LabMachine.Run(nameof(SingleMistakes_AreJudgedAsNginxDoes), machine =>
    {
        Skip.IfNot(machine.Execute("nginx", "-v").Errors.Contains(Reference, StringComparison.Ordinal), $"nginx {Reference} is the reference here");
        var count = Number("WHY502_LAB_MUTANTS", 400);
        var seed = Number("WHY502_LAB_SEED", 1);
        var root = Environment.GetEnvironmentVariable("WHY502_LAB_CASES") is { Length: > 0 } kept ? kept : machine.PathOf("cases");
        var cases = Enumerable.Range(0, count).Select(n => Write(Path.Combine(root, n.ToString("D5", CultureInfo.InvariantCulture)), unchecked((seed * 1_000_003) + n))).ToList();
        Judge(machine, root);
        var expected = cases.Select(directory => Verdict.OfNginx(File.ReadAllText(directory + "/answer", Encoding.Latin1), int.Parse(File.ReadAllText(directory + "/status"), CultureInfo.InvariantCulture))).ToList();
        var got = Ask(Tool.On(machine), cases);
        var agreement = Agreement.Of(cases, expected, got);
        File.WriteAllText(Path.Combine(root, "differences.txt"), agreement.Differences);
        Assert.True(agreement is { Verdict: >= 0.99, Place: >= 0.95, Message: >= 0.95 }, $"{count} mutants, seed {seed}: {agreement}\n{agreement.Differences}");
    });

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    private static string Write(string directory, int seed)
    {
        var random = new Random(seed);
        var configuration = new GeneratedConfiguration(random);
        var edits = new Dictionary<string, Func<string, string>>(StringComparer.Ordinal);
        var kind = Mutation.Apply(configuration, random, edits);
        foreach (var folder in new[] { "", "logs", "html", "temp", "cache", "conf.d" })
        {
            Directory.CreateDirectory(Path.Combine(directory, folder));
        }

        foreach (var file in configuration.Files.Keys)
        {
            var text = configuration.Print(file);
            File.WriteAllText(Path.Combine(directory, file), edits.TryGetValue(file, out var edit) ? edit(text) : text);
        }

        foreach (var (name, text) in Supporting.Value)
        {
            File.WriteAllText(Path.Combine(directory, name), text);
        }

        File.WriteAllText(directory + "/kind", kind);
        return directory;
    }

    private static readonly Lazy<Dictionary<string, string>> Supporting = new(() =>
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(90));
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["cert.pem"] = certificate.ExportCertificatePem() + "\n",
            ["cert.key"] = key.ExportPkcs8PrivateKeyPem() + "\n",
            ["other.key"] = other.ExportPkcs8PrivateKeyPem() + "\n",
            ["htpasswd"] = "user:{PLAIN}word\n",
            ["mime.types"] = "types {\n    text/html html htm;\n    text/css css;\n    image/png png;\n}\n",
            ["hosts.map"] = "one.test 1;\ntwo.test 2;\n",
            ["good.conf"] = "# nothing in here\n",
        };
    });

    /// <summary>Runs nginx over all of them; what it would write outside of their directories is hidden by the machine.</summary>
    private static void Judge(LabMachine machine, string root) => machine.Execute(TimeSpan.FromMinutes(60), "sh", "-c", $"""
        mount -t tmpfs -o mode=755 tmpfs /var/lib/nginx
        mkdir -p /var/log/nginx
        for d in '{root}'/*/; do
            timeout 20 nginx -t -p "$d" -c "$d"nginx.conf >"$d"answer 2>&1 </dev/null
            echo $? >"$d"status
        done
        """);

    private static List<Verdict> Ask(Tool tool, List<string> cases)
    {
        var verdicts = new List<Verdict>();
        foreach (var some in cases.Chunk(100))
        {
            var output = tool.Run(["config", "check", "--format", "json", .. some.Select(directory => directory + "/nginx.conf")]).Output;
            verdicts.AddRange(output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Verdict.OfTool));
        }

        return verdicts.Count == cases.Count ? verdicts : throw new LabException($"{cases.Count} configurations, {verdicts.Count} answers");
    }
}
