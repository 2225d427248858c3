using Why502.Lab.Machine;
using Why502.Lab.Scenarios;
using Why502.Lab.Servers;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>The one line that names the wrong place: family of the loopback, path of the socket, nginx itself.</summary>
public sealed class ConfigurationRepairsAddress
{
    [SkippableFact]
    public void LoopbackMismatch() => LabMachine.Run(nameof(LoopbackMismatch), machine =>
    {
        Node.Start(machine, 3000);
        Prove(machine, "loopback-mismatch", Site.Proxy("http://[::1]:3000"), ["-proxy_pass http://[::1]:3000;", "proxy_pass http://127.0.0.1:3000;"]);
    });

    [SkippableFact]
    public void SocketPathMismatchOfPhp() => LabMachine.Run(nameof(SocketPathMismatchOfPhp), machine =>
    {
        machine.Must("mkdir", "-p", "/run/php");
        var php = PhpFpm.Start(machine, "/run/php/php8.2-fpm.sock");
        Prove(machine, "socket-path-mismatch", Site.FastCgi("unix:/run/php/php-fpm.sock", php.Folder + "/index.php"), ["-fastcgi_pass unix:/run/php/php-fpm.sock;", "fastcgi_pass unix:/run/php/php8.2-fpm.sock;"]);
    });

    [SkippableFact]
    public void SocketPathMismatchOfGunicorn() => LabMachine.Run(nameof(SocketPathMismatchOfGunicorn), machine =>
    {
        Gunicorn.Start(machine, "unix:/run/gunicorn.sock");
        Prove(machine, "socket-path-mismatch", Site.Proxy("http://unix:/run/shop.sock"), ["-proxy_pass http://unix:/run/shop.sock;", "proxy_pass http://unix:/run/gunicorn.sock;"]);
    });

    /// <summary>Another server of the group serves on; only the wrong one's line differs.</summary>
    [SkippableFact]
    public void WrongAddressInAGroup() => LabMachine.Run(nameof(WrongAddressInAGroup), machine =>
    {
        Node.Start(machine, 3001);
        Prove(machine, "upstream-wrong-address", "upstream backend {\n    server 127.0.0.1:3000 weight=2;\n}\n" + Site.Proxy("http://backend"), ["-server 127.0.0.1:3000 weight=2;", "server 127.0.0.1:3001 weight=2;"]);
    });

    /// <summary>What is left would go on failing, and nobody would look at it again after "Fixed.".</summary>
    [SkippableFact]
    public void WrongAddressInTwoPlaces() => LabMachine.Run(nameof(WrongAddressInTwoPlaces), machine =>
    {
        Node.Start(machine, 3001);
        var nginx = NginxServer.Start(machine, "server {\nlisten 127.0.0.1:8080;\nserver_name shop.example.com;\nlocation / {\nproxy_pass http://127.0.0.1:3000;\n}\nlocation /api/ {\nproxy_pass http://127.0.0.1:3000/;\n}\n}");
        var client = new Client(machine);
        client.MustGet(502, "/", times: 2);
        client.MustGet(502, "/api/", times: 2);
        Repaired.Prove(machine, nginx, "upstream-wrong-address", () => client.Get() == 200 && client.Get("/api/") == 200,
            ["-proxy_pass http://127.0.0.1:3000/;", "-proxy_pass http://127.0.0.1:3000;", "proxy_pass http://127.0.0.1:3001/;", "proxy_pass http://127.0.0.1:3001;"]);
    });

    [SkippableFact]
    public void PassesToItself() => LabMachine.Run(nameof(PassesToItself), machine =>
    {
        Node.Start(machine, 3000);
        Prove(machine, "redirect-or-loop", Site.Proxy("http://127.0.0.1:8080", "proxy_set_header Host $host;"), ["-proxy_pass http://127.0.0.1:8080;", "proxy_pass http://127.0.0.1:3000;"]);
    });

    private static void Prove(LabMachine machine, string cause, string http, string[] changed)
    {
        var nginx = NginxServer.Start(machine, http);
        var client = new Client(machine);
        client.MustGet(502, "/", times: 3);
        Repaired.Prove(machine, nginx, cause, () => client.Get() == 200, changed);
    }
}
