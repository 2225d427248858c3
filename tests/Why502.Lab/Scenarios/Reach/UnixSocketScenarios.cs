using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>A unix socket that nginx cannot connect to: no file, another file, no right, no listener, no room.</summary>
public sealed class UnixSocketScenarios
{
    private const string Missing = "(2: No such file or directory) while connecting to upstream";
    private const string Denied = "(13: Permission denied) while connecting to upstream";
    private const string Refused = "(111: Connection refused) while connecting to upstream";

    [SkippableFact]
    public void NoFileAndNoServer_IsMissing() => LabMachine.Run(nameof(NoFileAndNoServer_IsMissing), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy($"http://unix:{machine.Directory}/run/app.sock"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Expect("socket-missing", Missing, "proxy_pass"));
    });

    /// <summary>Somebody empties the directory while the server listens on.</summary>
    [SkippableFact]
    public void FileRemovedUnderItsServer_IsMissing() => LabMachine.Run(nameof(FileRemovedUnderItsServer_IsMissing), machine =>
    {
        Gunicorn.Start(machine, "unix:/run/app.sock");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://unix:/run/app.sock"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 3);
        machine.Must("rm", "/run/app.sock");
        client.MustGet(502, "/", times: 4);
        var answer = Examination.Faulty(machine, nginx, Expect("socket-missing", Missing, "proxy_pass"));
        Assert.Contains("was removed while gunicorn", answer.Findings[0].Title, StringComparison.Ordinal);
    });

    [SkippableFact]
    public void PhpFpmStopped_IsMissing() => LabMachine.Run(nameof(PhpFpmStopped_IsMissing), machine =>
    {
        var php = PhpFpm.Start(machine, "/run/php.sock");
        var nginx = NginxServer.Start(machine, Site.FastCgi("unix:/run/php.sock", php.Folder + "/index.php"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 3);
        php.Process.Stop();
        client.MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Expect("socket-missing", Missing, "fastcgi_pass"));
    });

    [SkippableFact]
    public void PhpFpmPoolOnAnotherPath_IsPathMismatch() => LabMachine.Run(nameof(PhpFpmPoolOnAnotherPath_IsPathMismatch), machine =>
    {
        machine.Must("mkdir", "-p", "/run/php");
        var php = PhpFpm.Start(machine, "/run/php/php8.2-fpm.sock");
        var nginx = NginxServer.Start(machine, Site.FastCgi("unix:/run/php/php-fpm.sock", php.Folder + "/index.php"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Expect("socket-path-mismatch", Missing, "fastcgi_pass") with { UnprivilegedMay = ["socket-missing"] });
    });

    [SkippableFact]
    public void GunicornOnAnotherPath_IsPathMismatch() => LabMachine.Run(nameof(GunicornOnAnotherPath_IsPathMismatch), machine =>
    {
        Gunicorn.Start(machine, "unix:/run/gunicorn.sock");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://unix:/run/shop.sock"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Expect("socket-path-mismatch", Missing, "proxy_pass") with { UnprivilegedMay = ["socket-missing"] });
    });

    [SkippableFact]
    public void PhpFpmOnTcpWhileNginxUsesASocket_IsPathMismatch() => LabMachine.Run(nameof(PhpFpmOnTcpWhileNginxUsesASocket_IsPathMismatch), machine =>
    {
        var php = PhpFpm.Start(machine, "127.0.0.1:9000");
        var nginx = NginxServer.Start(machine, Site.FastCgi("unix:/run/php-fpm.sock", php.Folder + "/index.php"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Expect("socket-path-mismatch", Missing, "fastcgi_pass") with { UnprivilegedMay = ["socket-missing"] });
    });

    [SkippableFact]
    public void PhpFpmOnASocketWhileNginxUsesTcp_IsPathMismatch() => LabMachine.Run(nameof(PhpFpmOnASocketWhileNginxUsesTcp_IsPathMismatch), machine =>
    {
        var php = PhpFpm.Start(machine, "/run/php-fpm.sock");
        var nginx = NginxServer.Start(machine, Site.FastCgi("127.0.0.1:9000", php.Folder + "/index.php"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Expect("socket-path-mismatch", Refused, "fastcgi_pass") with { UnprivilegedMay = ["upstream-down"] });
    });

    [SkippableFact]
    public void SocketOfRootWithMode0600_IsPermissionDenied() => LabMachine.Run(nameof(SocketOfRootWithMode0600_IsPermissionDenied), machine =>
    {
        Node.StartOnSocket(machine, Writable(machine, "app.sock"));
        machine.Shell("chown root:root sockets/app.sock; chmod 0600 sockets/app.sock");
        var nginx = NginxServer.Start(machine, Site.Proxy($"http://unix:{machine.Directory}/sockets/app.sock"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Expect("socket-permission-denied", Denied, "proxy_pass"));
    });

    [SkippableFact]
    public void DirectoryAboveTheSocketClosed_IsPermissionDenied() => LabMachine.Run(nameof(DirectoryAboveTheSocketClosed_IsPermissionDenied), machine =>
    {
        Directory.CreateDirectory(machine.PathOf("home/deploy"));
        Gunicorn.Start(machine, $"unix:{machine.Directory}/home/deploy/app.sock");
        machine.Shell("chmod 0700 home");
        var nginx = NginxServer.Start(machine, Site.Proxy($"http://unix:{machine.Directory}/home/deploy/app.sock"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Expect("socket-permission-denied", Denied, "proxy_pass"));
    });

    [SkippableFact]
    public void PhpFpmListenOwnerIsNotNginx_IsPermissionDenied() => LabMachine.Run(nameof(PhpFpmListenOwnerIsNotNginx_IsPermissionDenied), machine =>
    {
        var php = PhpFpm.Start(machine, "/run/php.sock", "listen.owner = root\nlisten.group = root\nlisten.mode = 0660");
        var nginx = NginxServer.Start(machine, Site.FastCgi("unix:/run/php.sock", php.Folder + "/index.php"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Expect("socket-permission-denied", Denied, "fastcgi_pass"));
    });

    [SkippableFact]
    public void GunicornKilled_IsStale() => LabMachine.Run(nameof(GunicornKilled_IsStale), machine =>
    {
        var app = Gunicorn.Start(machine, "unix:/run/gunicorn.sock");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://unix:/run/gunicorn.sock"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 3);
        app.Process.Kill();
        client.MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Expect("socket-stale", Refused, "proxy_pass"));
    });

    [SkippableFact]
    public void NodeKilled_IsStale() => LabMachine.Run(nameof(NodeKilled_IsStale), machine =>
    {
        var path = Writable(machine, "node.sock");
        var app = Node.StartOnSocket(machine, path);
        var nginx = NginxServer.Start(machine, Site.Proxy($"http://unix:{path}"));
        new Client(machine).MustGet(200, "/", times: 3);
        app.Process.Kill();
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Expect("socket-stale", Refused, "proxy_pass"));
    });

    /// <summary>The look-alike of a path mismatch: another site's pool is where that site expects it.</summary>
    [SkippableFact]
    public void MissingBesideAnotherSitesPool_IsMissing() => LabMachine.Run(nameof(MissingBesideAnotherSitesPool_IsMissing), machine =>
    {
        var php = PhpFpm.Start(machine, "/run/blog.sock");
        var nginx = NginxServer.Start(
            machine,
            Site.Proxy("http://unix:/run/shop.sock") + "\n" + Site.FastCgi("unix:/run/blog.sock", php.Folder + "/index.php", name: "blog.example.com"));
        new Client(machine, host: "blog.example.com").MustGet(200, "/", times: 4);
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Expect("socket-missing", Missing, "proxy_pass") with { Confidence = 0.5 });
    });

    /// <summary>A folder that the app's user may make its socket in.</summary>
    private static string Writable(LabMachine machine, string socket)
    {
        machine.Shell("mkdir -p sockets; chown www-data: sockets");
        return machine.PathOf("sockets/" + socket);
    }

    private static Expected Expect(string cause, string symptom, string directive) => new(cause)
    {
        Symptom = symptom,
        Directive = directive,
        Confidence = 0.8,
    };
}
