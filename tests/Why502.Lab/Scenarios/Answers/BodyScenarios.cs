using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>The request or the answer is under way, and then one side stops: bodies that are cut, stall, or are not read.</summary>
public sealed class BodyScenarios
{
    [SkippableFact]
    public void BodyBreaksOff_IsTruncated() => LabMachine.Run(nameof(BodyBreaksOff_IsTruncated), machine =>
    {
        TcpPeer.Start(machine, "truncate", "127.0.0.1:7000");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:7000"));
        new Client(machine).Get(5, "/export");
        Examination.Faulty(machine, nginx, Expect("response-truncated", "upstream prematurely closed connection while reading upstream"));
    });

    [SkippableFact]
    public void BodyIsReset_IsReset() => LabMachine.Run(nameof(BodyIsReset_IsReset), machine =>
    {
        TcpPeer.Start(machine, "reset-body", "127.0.0.1:7000");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:7000"));
        new Client(machine).Get(5, "/export");
        Examination.Faulty(machine, nginx, Expect("upstream-reset", "(104: Connection reset by peer) while reading upstream") with { Confidence = 0.5, UnprivilegedMay = ["response-truncated"] });
    });

    [SkippableFact]
    public void BodyStops_IsStalled() => LabMachine.Run(nameof(BodyStops_IsStalled), machine =>
    {
        TcpPeer.Start(machine, "stall", "127.0.0.1:7000");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:7000", "proxy_read_timeout 700ms;"));
        new Client(machine).Get(3, "/export");
        Examination.Faulty(machine, nginx, Expect("upstream-stalled", "(110: Connection timed out) while reading upstream"));
    });

    [SkippableFact]
    public void UploadIsNotRead_IsSendTimeout() => LabMachine.Run(nameof(UploadIsNotRead_IsSendTimeout), machine =>
    {
        TcpPeer.Start(machine, "deaf", "127.0.0.1:7000");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:7000", "proxy_send_timeout 700ms; client_max_body_size 100m;"));
        machine.Shell($"head -c 20000000 /dev/zero >{machine.PathOf("upload")}; for i in 1 2 3; do curl -s -o /dev/null -H 'Host: shop.example.com' --data-binary @{machine.PathOf("upload")} http://127.0.0.1:8080/upload; done");
        Examination.Faulty(machine, nginx, Expect("send-timeout", "(110: Connection timed out) while sending request to upstream"));
    });

    [SkippableFact]
    public void LargeAnswersThatEnd_AreHealthy() => LabMachine.Run(nameof(LargeAnswersThatEnd_AreHealthy), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/export") { Body = 3_000_000 });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(200, "/export", times: 10);
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    private static Expected Expect(string cause, string symptom) => new(cause)
    {
        Symptom = symptom,
        Directive = "proxy_pass",
        Confidence = 0.7,
    };
}
