using System.Text;
using System.Text.RegularExpressions;
using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>A record holds what the verdict comes from, and none of the machine's secrets.</summary>
public sealed partial class RecordScenarios
{
    [SkippableFact]
    public void SecretsOfConfigurationRequestsAndProcesses_AreNotRecorded() => LabMachine.Run(nameof(SecretsOfConfigurationRequestsAndProcesses_AreNotRecorded), machine =>
    {
        Gunicorn.Start(machine, "127.0.0.1:8001", options: ["--env", "SECRET_KEY=PLANTED01word"]);
        var nginx = NginxServer.Start(machine, """
            map $http_x_api_key $client {
                default none;
                PLANTED02word shop;
                PLANTED03word desk;
            }
            """ + "\n" + Site.Proxy("http://127.0.0.1:8000/api?key=PLANTED04word", """
            # the password of the app is PLANTED05word
            proxy_set_header Authorization "Basic PLANTED06word";
            proxy_set_header X-Token PLANTED07word;
            set $api_token PLANTED08word;
            if ($cookie_session = "PLANTED09word") { set $client known; }
            """));
        var client = new Client(machine);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(502, client.Get("/?token=PLANTED10word", "Cookie: session=PLANTED11word", "Referer: http://shop.example.com/?sid=PLANTED12word"));
        }

        Examination.Faulty(machine, nginx, new Expected("upstream-wrong-address") { Symptom = "(111: Connection refused) while connecting to upstream", Directive = "proxy_pass", UnprivilegedMay = ["upstream-down"] });
        var record = File.ReadAllText(machine.PathOf("record.why502"));
        var contents = Content().Matches(record).Select(match => Encoding.Latin1.GetString(Convert.FromBase64String(match.Groups[1].Value))).ToList();
        Assert.NotEmpty(contents);
        Assert.DoesNotContain("PLANTED", record + string.Concat(contents), StringComparison.Ordinal);
    });

    [GeneratedRegex("\"content\":\"([A-Za-z0-9+/=]+)\"", RegexOptions.CultureInvariant)]
    private static partial Regex Content();
}
