using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>Borders between network namespaces, which are what a container's border is to a connection. Real namespaces, no engine.</summary>
public sealed class ContainerScenarios
{
    private const string Refused = "connect() failed (111: Connection refused) while connecting to upstream";

    [SkippableFact]
    public void AppInAContainerWithoutPublishedPort_IsContainerLoopback() => LabMachine.Run(nameof(AppInAContainerWithoutPublishedPort_IsContainerLoopback), machine =>
    {
        NetworkSpace.Create(machine, "app").Node(3000, "0.0.0.0");
        Faulty(machine, "http://127.0.0.1:3000", "container-loopback");
    });

    [SkippableFact]
    public void AppThatBindsLoopbackInItsContainer_IsContainerLoopback() => LabMachine.Run(nameof(AppThatBindsLoopbackInItsContainer_IsContainerLoopback), machine =>
    {
        NetworkSpace.Create(machine, "app").Node(3000, "127.0.0.1");
        Faulty(machine, "http://172.18.0.3:3000", "container-loopback");
    });

    [SkippableFact]
    public void NothingListensInTheContainer_IsDown() => LabMachine.Run(nameof(NothingListensInTheContainer_IsDown), machine =>
    {
        NetworkSpace.Create(machine, "app").Occupy();
        Faulty(machine, "http://172.18.0.3:3000", "upstream-down");
    });

    /// <summary>The look-alike: right container, wrong port.</summary>
    [SkippableFact]
    public void AnotherPortInTheContainer_IsWrongAddress() => LabMachine.Run(nameof(AnotherPortInTheContainer_IsWrongAddress), machine =>
    {
        NetworkSpace.Create(machine, "app").Node(3001, "0.0.0.0");
        Faulty(machine, "http://172.18.0.3:3000", "upstream-wrong-address");
    });

    /// <summary>nginx inside, the app on the host: 127.0.0.1 is nginx's own.</summary>
    [SkippableFact]
    public void NginxInAContainerAndAppOnTheHost_IsContainerLoopback() => LabMachine.Run(nameof(NginxInAContainerAndAppOnTheHost_IsContainerLoopback), machine =>
    {
        var web = NetworkSpace.Create(machine, "web");
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", listen: "172.18.0.3:8080"), within: web.Enter);
        new Client(machine, address: web.Address).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Expected("container-loopback", "http://127.0.0.1:3000") with { Unprivileged = false });
    });

    /// <summary>nginx inside, the app on the host bound to loopback, and nginx goes to the bridge's address.</summary>
    [SkippableFact]
    public void AppOnTheHostsLoopbackBehindTheBridge_IsContainerLoopback() => LabMachine.Run(nameof(AppOnTheHostsLoopbackBehindTheBridge_IsContainerLoopback), machine =>
    {
        var web = NetworkSpace.Create(machine, "web");
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://172.18.0.1:3000", listen: "172.18.0.3:8080"), within: web.Enter);
        new Client(machine, address: web.Address).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Expected("container-loopback", "http://172.18.0.1:3000") with { Unprivileged = false });
    });

    /// <summary>The healthy neighbour: nginx and app share a container, and the host's own 127.0.0.1:3000 refuses.</summary>
    [SkippableFact]
    public void NginxAndAppInOneContainer_IsHealthy() => LabMachine.Run(nameof(NginxAndAppInOneContainer_IsHealthy), machine =>
    {
        var web = NetworkSpace.Create(machine, "web");
        web.Node(3000, "127.0.0.1");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", listen: "172.18.0.3:8080"), within: web.Enter);
        new Client(machine, address: web.Address).MustGet(200, "/", times: 4);
        Examination.Healthy(machine, nginx);
    });

    [SkippableFact]
    public void NginxOnTheHostAndAppInAContainer_IsHealthy() => LabMachine.Run(nameof(NginxOnTheHostAndAppInAContainer_IsHealthy), machine =>
    {
        NetworkSpace.Create(machine, "app").Node(3000, "0.0.0.0");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://172.18.0.3:3000"));
        new Client(machine).MustGet(200, "/", times: 4);
        Examination.Healthy(machine, nginx);
    });

    private static void Faulty(LabMachine machine, string pass, string cause)
    {
        var nginx = NginxServer.Start(machine, Site.Proxy(pass));
        new Client(machine).MustGet(502, "/", times: 4);

        // Without rights the other namespaces are closed.
        Examination.Faulty(machine, nginx, Expected(cause, pass) with { UnprivilegedMay = ["upstream-down"] });
    }

    private static Expected Expected(string cause, string pass) => new(cause) { Symptom = Refused, Directive = "proxy_pass " + pass, Confidence = 0.8 };
}
