using System.Text;
using Why502.Cli.Driver;
using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Cli;

public sealed class RecordSecretsTests
{
    private static readonly Provenance From = new("example", Sources.Machine, "test", DateTimeOffset.UnixEpoch);

    [Fact]
    public async Task PlantedSecrets_AreNowhereInTheRecord_AndItIsReadBack()
    {
        const string Configuration = "events {}\nhttp { server { listen 80; location / { proxy_set_header Authorization \"Bearer PLANTED1secret\"; proxy_pass http://127.0.0.1:3000/?key=PLANTED2secret; } } }\n";
        List<Answer> answers =
        [
            new(new ConfigurationText("/etc/nginx/nginx.conf", "/etc/nginx/"), new ConfigurationFact([new("/etc/nginx/nginx.conf", Encoding.UTF8.GetBytes(Configuration), null, null)]), null, From),
            new(new Connect("127.0.0.1:3000"), null, "refused for PLANTED2secret, password=PLANTED3secret and Cookie: id=PLANTED4secret", From),
        ];
        var path = Path.GetTempFileName();
        File.Delete(path);
        try
        {
            await new Recording(new(Recording.Kind, "1", "host", DateTimeOffset.UnixEpoch, new DiagnosisOptions { Url = "http://shop.example/?token=PLANTED5secret" }), answers).WriteAsync(path);
            var text = await File.ReadAllTextAsync(path);
            var read = Recording.Read(path, Encoding.UTF8.GetBytes(text));
            Assert.DoesNotContain("PLANTED", text, StringComparison.Ordinal);
            var file = read.Answers.Select(answer => answer.Fact).OfType<ConfigurationFact>().Single().Files[0];
            Assert.DoesNotContain("PLANTED", Encoding.UTF8.GetString(file.Content!), StringComparison.Ordinal);
            Assert.Equal(Configuration.Length, file.Content!.Length);
            Assert.Equal(answers.Select(answer => answer.Question), read.Answers.Select(answer => answer.Question).OrderBy(question => question is Connect));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
