using System.Net;
using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>Names that nginx cannot look up, or looked up too long ago, with a real name server.</summary>
public sealed class NameScenarios
{
    private const string Variable = "resolver 127.0.0.1 valid=1s ipv6=off; resolver_timeout 1s; set $app app.shop.test;";

    [SkippableFact]
    public void UnknownName_IsNotFound() => LabMachine.Run(nameof(UnknownName_IsNotFound), machine =>
    {
        NameServer.Start(machine, "web A 127.0.0.2").UseForTheSystem();
        Faulty(machine, "dns-name-not-found", "could not be resolved (3: Host not found)", Variable);
    });

    /// <summary>The system finds the short name by its search domain; nginx's resolver does not search.</summary>
    [SkippableFact]
    public void ShortNameOfASearchDomain_IsNotFound() => LabMachine.Run(nameof(ShortNameOfASearchDomain_IsNotFound), machine =>
    {
        NameServer.Start(machine, "app A 127.0.0.1").UseForTheSystem("shop.test");
        Node.Start(machine, 3000);
        Faulty(machine, "dns-name-not-found", "app could not be resolved", "resolver 127.0.0.1 ipv6=off; set $app app;");
    });

    [SkippableFact]
    public void NobodyAtTheResolver_IsUnreachable() => LabMachine.Run(nameof(NobodyAtTheResolver_IsUnreachable), machine =>
    {
        NameServer.Start(machine, "app A 127.0.0.1").UseForTheSystem();
        Faulty(machine, "dns-resolver-unreachable", "could not be resolved (110: Operation timed out)", Variable.Replace("127.0.0.1 ", "127.0.0.11 ", StringComparison.Ordinal));
    });

    /// <summary>Packets to the resolver vanish.</summary>
    [SkippableFact]
    public void SilentResolver_IsUnreachable() => LabMachine.Run(nameof(SilentResolver_IsUnreachable), machine =>
    {
        NameServer.Start(machine, "app A 127.0.0.1").UseForTheSystem();
        machine.Start("silent", "python3", "-c", "import socket,time; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.bind(('127.0.0.12',53)); time.sleep(600)");
        Poll.Until(() => machine.Shell("cat /proc/net/udp").Contains("0C00007F:0035", StringComparison.Ordinal), "the silent resolver");
        Faulty(machine, "dns-resolver-unreachable", "could not be resolved (110: Operation timed out)", Variable.Replace("127.0.0.1 ", "127.0.0.12 ", StringComparison.Ordinal));
    });

    [SkippableFact]
    public void ServerFailure_IsUnreachable() => LabMachine.Run(nameof(ServerFailure_IsUnreachable), machine =>
    {
        NameServer.Start(machine, "app A not-an-address").UseForTheSystem();
        Faulty(machine, "dns-resolver-unreachable", "could not be resolved (2: Server failure)", Variable);
    });

    [SkippableFact]
    public void RefusedQuery_IsUnreachable() => LabMachine.Run(nameof(RefusedQuery_IsUnreachable), machine =>
    {
        NameServer.Start(machine, "app A 127.0.0.1", options: "allow-query { none; };").UseForTheSystem();
        Faulty(machine, "dns-resolver-unreachable", "could not be resolved (5: Operation refused)", Variable);
    });

    [SkippableFact]
    public void VariableWithoutResolver_IsMissing() => LabMachine.Run(nameof(VariableWithoutResolver_IsMissing), machine =>
    {
        NameServer.Start(machine, "app A 127.0.0.1").UseForTheSystem();
        Node.Start(machine, 3000);
        Faulty(machine, "dns-resolver-missing", "no resolver defined to resolve app.shop.test", "set $app app.shop.test;");
    });

    [SkippableFact]
    public void VariableWithResolver_IsHealthy() => LabMachine.Run(nameof(VariableWithResolver_IsHealthy), machine =>
    {
        NameServer.Start(machine, "app A 127.0.0.1").UseForTheSystem();
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://$app:3000", Variable));
        new Client(machine).MustGet(200, "/", times: 4);
        Examination.Healthy(machine, nginx);
    });

    /// <summary>The name is looked up while the configuration is loaded: the reload fails, and nginx goes on with what it has.</summary>
    [SkippableFact]
    public void UnknownNameAtReload_IsNotFound() => LabMachine.Run(nameof(UnknownNameAtReload_IsNotFound), machine =>
    {
        var names = NameServer.Start(machine, "app A 127.0.0.1");
        names.UseForTheSystem();
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://app.shop.test:3000"));
        new Client(machine).MustGet(200, "/", times: 2);
        names.Change("web A 127.0.0.1");
        machine.Shell($"kill -HUP $(cat {machine.PathOf("run/nginx.pid")})");
        Examination.Faulty(machine, nginx, new Expected("dns-name-not-found") { Symptom = "host not found in upstream \"app.shop.test\"", Directive = "proxy_pass http://app.shop.test:3000", Confidence = 0.8 });
    });

    /// <summary>The app has moved to another address with its name, and nothing answers at the old one.</summary>
    [SkippableFact]
    public void MovedName_IsStale() => LabMachine.Run(nameof(MovedName_IsStale), machine =>
    {
        var names = NameServer.Start(machine, "app A 127.0.0.2");
        names.UseForTheSystem();
        var app = Node.Start(machine, 3000, host: "127.0.0.2");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://app.shop.test:3000"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 2);
        app.Process.Stop();
        Node.Start(machine, 3000, host: "127.0.0.3", name: "moved");
        names.Change("app A 127.0.0.3");
        client.MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Expect("dns-stale-address", "http://app.shop.test:3000"));
    });

    /// <summary>The same in a group, and the old address answers no SYN.</summary>
    [SkippableFact]
    public void MovedNameOfAGroup_IsStale() => LabMachine.Run(nameof(MovedNameOfAGroup_IsStale), machine =>
    {
        FilterScenarios.BlackHole(machine);
        var names = NameServer.Start(machine, "app A 10.7.0.9");
        names.UseForTheSystem();
        var nginx = NginxServer.Start(machine, "upstream backend {\n    server app.shop.test:3000;\n}\n" + Site.Proxy("http://backend", "proxy_connect_timeout 300ms;"));
        Node.Start(machine, 3000, host: "127.0.0.3");
        names.Change("app A 127.0.0.3");
        new Client(machine).MustGet(504, "/", times: 4);
        Examination.Faulty(machine, nginx, Expect("dns-stale-address", "http://backend") with { Symptom = "while connecting to upstream" });
    });

    /// <summary>The look-alike: the name still points there, the app is down.</summary>
    [SkippableFact]
    public void StoppedAppOfAName_IsDown() => LabMachine.Run(nameof(StoppedAppOfAName_IsDown), machine =>
    {
        NameServer.Start(machine, "app A 127.0.0.2").UseForTheSystem();
        var nginx = NginxServer.Start(machine, Site.Proxy("http://app.shop.test:3000"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Expect("upstream-down", "http://app.shop.test:3000"));
    });

    private static Expected Expect(string cause, string pass) => new(cause)
    {
        Symptom = "connect() failed (111: Connection refused) while connecting to upstream",
        Directive = "proxy_pass " + pass,
        Confidence = 0.8,
    };

    private static void Faulty(LabMachine machine, string cause, string symptom, string settings)
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://$app:3000", settings));
        new Client(machine).MustGet(502, "/", times: 3);
        Examination.Faulty(machine, nginx, new Expected(cause)
        {
            Symptom = symptom,
            Directive = "proxy_pass http://$app:3000",
            Confidence = 0.8,
        });
    }
}
