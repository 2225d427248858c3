using Why502.Logs.Commands;
using Xunit;
using static Why502.Tests.Logs.Commands.Paste;

namespace Why502.Tests.Logs.Commands;

/// <summary>One command's output after another, as the tools print it and as it is cut when it is pasted.</summary>
public sealed class PastedOutputTests
{
    [Theory]
    [InlineData("$ ls /run/tally\nback.sock  front.pid\n", "back.sock front.pid", "front.sock", true)]
    [InlineData("$ ls -la /run/tally/\ntotal 4\ndrwxr-xr-x 2 tally tally 80 Mar 17 05:35 .\nsrwxrwxrwx 1 tally tally 0 Mar 17 05:35 back.sock\n", ". back.sock", "front.sock", true)]
    [InlineData("$ ls /run/tally/*.sock\n/run/tally/back.sock\n", "back.sock", "front.sock", true)]
    [InlineData("$ ls /run/tally/b*\n/run/tally/back.sock\n", "back.sock", "front.sock", false)]
    [InlineData("$ ls /run/tally | grep sock\nback.sock\n", "back.sock", "front.sock", true)]
    [InlineData("$ ls /run/tally | grep back\nback.sock\n", "back.sock", "front.sock", false)]
    public void DirectorysListing_SaysWhatIsNotThere(string text, string names, string lacking, bool covered)
    {
        var listed = Assert.Single(Session<ListedDirectory>(text));
        Assert.Equal("/run/tally", listed.Directory);
        Assert.Equal(names.Split(' '), listed.Names);
        Assert.Equal(covered, listed.Covers(lacking));
    }

    [Theory]
    [InlineData("$ ls /run/tally | grep -v sock\nfront.pid\n")]
    [InlineData("$ ls /run/tally | grep -vsock\nfront.pid\n")]
    [InlineData("$ ls /run/tally /srv\nback.sock\n")]
    [InlineData("$ ls -ld /run/tally\ndrwxr-xr-x 2 tally tally 80 Mar 17 05:35 /run/tally\n")]
    [InlineData("$ ls /run/tally\nls: cannot open directory '/run/tally': Permission denied\n")]
    [InlineData("back.sock front.pid\n")]
    public void FilteredOrUnknownListing_SaysNothingOfWhatLacks(string text) => Assert.Empty(Session<ListedDirectory>(text));

    [Fact]
    public void UnitStatus_HasSystemdsWords()
    {
        var unit = Assert.Single(Session<UnitState>("""
            × ledger.service - Ledger
                 Loaded: loaded (/etc/systemd/system/ledger.service; enabled; preset: enabled)
                 Active: failed (Result: exit-code) since Mon 2025-03-03 07:14:09 UTC; 2min 4s ago
               Duration: 812ms
                Process: 4102 ExecStart=/opt/ledger/venv/bin/gunicorn --bind 127.0.0.1:8010 ledger:app (code=exited, status=3)
               Main PID: 4102 (code=exited, status=3)
            """));
        Assert.Equal(("ledger.service", "failed", "exit-code", 3, "enabled"), (unit.Name, unit.ActiveState, unit.Ended, unit.ExitStatus, unit.UnitFileState));
        Assert.Contains("127.0.0.1:8010", unit.CommandLine, StringComparison.Ordinal);
    }

    [Fact]
    public void UnitStatusWithoutHeading_IsNamedByTheCommand()
    {
        var unit = Assert.Single(Session<UnitState>("$ systemctl status php8.1-fpm\n   Active: inactive (dead)\n"));
        Assert.Equal(("php8.1-fpm.service", "inactive", "dead"), (unit.Name, unit.ActiveState, unit.SubState));
    }

    [Fact]
    public void Ps_IsReadByItsColumns()
    {
        var rows = Session<ListedProcess>("""
            USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND
            www-data    1021  0.0  0.4 211040  9120 ?        S    06:25   0:00 nginx: worker process
            app         2204  1.3  2.2 801200 44120 ?        Sl   06:26   0:41 node /srv/shop/server.js --port 3001
            """);
        Assert.Equal("node /srv/shop/server.js --port 3001", rows[1].CommandLine);
        Assert.True(rows[1].Complete);
        var full = Assert.Single(Session<ListedProcess>("root  811  1  0 Aug14 ?  00:00:03 /usr/bin/python3 /usr/bin/gunicorn -b unix:/run/a.sock a:app"));
        Assert.Equal((811, 1, false), (full.Pid, full.ParentPid, full.Complete));
    }

    [Fact]
    public void Ls_GivesModeAndOwner()
    {
        var rows = Session<ListedPath>("$ ls -la /run/php/\ntotal 4\ndrwxr-xr-x  2 www-data www-data  100 Aug 14 06:25 .\nsrw-rw----  1 www-data www-data    0 Aug 14 06:25 php8.1-fpm.sock\n-rw-r--r--  1 root     root        5 Aug 14 06:25 php8.1-fpm.pid\n");
        var socket = Assert.Single(rows, row => row.Kind == 's');
        Assert.Equal(("/run/php/php8.1-fpm.sock", "0660", "www-data"), (socket.Path, socket.Octal, socket.Group));
    }

    [Fact]
    public void LsOfADirectory_ShowsItselfAndTheOneAbove()
        => Assert.Equal(["/srv/tally/run", "/srv/tally", "/srv/tally/run/tally.sock"], Session<ListedPath>("$ ls -al /srv/tally/run/\ntotal 8\ndrwxrwx---  2 tally tally 4096 Mar 17 05:35 .\ndrwxr-xr-x 11 tally tally 4096 Mar 17 05:50 ..\nsrwxrwxrwx  1 tally tally    0 Mar 17 05:35 tally.sock\n").Select(row => row.Path));

    [Fact]
    public void LsOfNothing_IsAbsence()
        => Assert.True(Assert.Single(Session<ListedPath>("ls: cannot access '/run/app.sock': No such file or directory")) is { Missing: true, Path: "/run/app.sock" });

    [Fact]
    public void Namei_BuildsTheWayDown()
    {
        var rows = Session<ListedPath>("f: /home/anna/app/web.sock\ndrwxr-xr-x root root /\ndrwxr-xr-x root root home\ndrwx------ anna anna anna\ndrwxr-xr-x anna anna app\nsrwxrwxrwx anna anna web.sock\n");
        Assert.Equal("/home/anna/app/web.sock", rows[^1].Path);
        Assert.Equal(("/home/anna", "0700"), (rows[2].Path, rows[2].Octal));
    }

    [Fact]
    public void Stat_IsRead()
    {
        var socket = Assert.Single(Session<ListedPath>("""
              File: /run/gunicorn.sock
              Size: 0         	Blocks: 0          IO Block: 4096   socket
            Device: 0,25	Inode: 1511        Links: 1
            Access: (0600/srw-------)  Uid: ( 1001/     app)   Gid: ( 1001/     app)
            """));
        Assert.Equal(("/run/gunicorn.sock", 's', "0600", "app"), (socket.Path, socket.Kind, socket.Octal, socket.Owner));
    }

    [Theory]
    [InlineData("$ curl -v http://127.0.0.1:3000/health\n*   Trying 127.0.0.1:3000...\n* connect to 127.0.0.1 port 3000 failed: Connection refused\n* Failed to connect to 127.0.0.1 port 3000 after 0 ms: Connection refused\ncurl: (7) Failed to connect to 127.0.0.1 port 3000 after 0 ms: Connection refused\n", "127.0.0.1", 3000, TrialEnd.Refused, null)]
    [InlineData("*   Trying 10.2.0.7:8080...\n* Connected to backend (10.2.0.7) port 8080 (#0)\n> GET /status HTTP/1.1\n> Host: backend:8080\n>\n< HTTP/1.1 200 OK\n< Server: Jetty\n", "10.2.0.7", 8080, TrialEnd.Connected, 200)]
    [InlineData("$ curl -I localhost:9000\ncurl: (52) Empty reply from server\n", "localhost", 9000, TrialEnd.Empty, null)]
    [InlineData("$ telnet 10.2.0.7 5432\nTrying 10.2.0.7...\ntelnet: Unable to connect to remote host: No route to host\n", "10.2.0.7", 5432, TrialEnd.Unreachable, null)]
    [InlineData("$ nc -zv 10.2.0.7 8080\nConnection to 10.2.0.7 8080 port [tcp/*] succeeded!\n", "10.2.0.7", 8080, TrialEnd.Connected, null)]
    [InlineData("nc: connect to 10.2.0.7 port 8080 (tcp) failed: Connection refused\n", "10.2.0.7", 8080, TrialEnd.Refused, null)]
    public void Trial_SaysHowItEnded(string text, string host, int port, TrialEnd end, int? status)
    {
        var trial = Assert.Single(Session<Trial>(text));
        Assert.Equal((host, port, end, status), (trial.Host, trial.Port, trial.End, trial.Status));
    }

    [Fact]
    public void IptablesTable_BecomesSavedRules()
    {
        var filter = Assert.Single(Session<FilterText>("""
            Chain INPUT (policy ACCEPT)
            target     prot opt source               destination
            ACCEPT     tcp  --  10.0.0.0/8           0.0.0.0/0            tcp dpt:22
            REJECT     tcp  --  0.0.0.0/0            0.0.0.0/0            tcp dpt:3000 reject-with icmp-port-unreachable

            Chain OUTPUT (policy ACCEPT)
            target     prot opt source               destination
            """));
        Assert.Contains("-A INPUT -p tcp --dport 3000 -j REJECT --reject-with icmp-port-unreachable\n", filter.Text, StringComparison.Ordinal);
        Assert.Contains(":INPUT ACCEPT [0:0]\n", filter.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void PoolAsPhpFpmDumpsIt_IsRead()
    {
        // php-fpm8.2 -tt
        var pool = Assert.Single(Session<PoolText>("[22-Nov-2026 05:12:59] NOTICE: [global]\n[22-Nov-2026 05:12:59] NOTICE: \tlog_level = unknown value\n[22-Nov-2026 05:12:59] NOTICE:  \n[22-Nov-2026 05:12:59] NOTICE: [www]\n[22-Nov-2026 05:12:59] NOTICE: \tlisten = /run/php/php8.2-fpm.sock\n[22-Nov-2026 05:12:59] NOTICE: \tlisten.mode = undefined\n[22-Nov-2026 05:12:59] NOTICE: configuration file /etc/php/8.2/fpm/php-fpm.conf test is successful\n"));
        Assert.Equal(5, pool.Line);
        Assert.Contains("[www]\nlisten = /run/php/php8.2-fpm.sock\n\n", pool.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Getfacl_IsReadWithItsEntries()
    {
        var rows = Session<ListedPath>("$ getfacl /run/tally /run/tally/app.sock\ngetfacl: Removing leading '/' from absolute path names\n# file: run/tally\n# owner: tally\n# group: tally\nuser::rwx\ngroup::r-x\nother::---\n\n# file: run/tally/app.sock\n# owner: tally\n# group: tally\nuser::rw-\nuser:nginx:rw-\t#effective:r--\ngroup::r--\nmask::r--\nother::---\n");
        Assert.Equal([("/run/tally", "0750", false), ("/run/tally/app.sock", "0640", true)], rows.Select(row => (row.Path, row.Octal, row.HasAcl)));
        Assert.Contains(new AclEntry('u', "nginx", "rw-"), rows[1].Entries);
    }

    [Fact]
    public void DockerPs_IsReadWithAndWithoutItsColumns()
    {
        var rows = Session<ListedContainer>("CONTAINER ID   IMAGE          COMMAND                  CREATED        STATUS                     PORTS                                     NAMES\n1f2e3d4c5b6a   tally:latest   \"gunicorn tally:app\"     2 hours ago    Exited (137) 3 minutes ago                                           tally-app-1\n0a1b2c3d4e5f nginx:1.25 \"/docker-entrypoint.…\" 2 hours ago Up 2 hours 0.0.0.0:8080->80/tcp, :::8080->80/tcp tally-web-1\n");
        Assert.Equal(("tally-app-1", "exited", 137), (rows[0].Name, rows[0].State, rows[0].ExitCode));
        Assert.Equal(("0.0.0.0", 8080, 80), rows[1].Published[0]);
    }

    [Fact]
    public void DockerInspect_IsReadFromAFewMembers()
    {
        var row = Assert.Single(Session<ListedContainer>("\"State\": {\n  \"Status\": \"exited\",\n  \"OOMKilled\": true,\n  \"ExitCode\": 137\n},\n\"Name\": \"/tally-app-1\",\n\"RestartCount\": 4,\n"));
        Assert.Equal(("tally-app-1", "exited", true, 4), (row.Name, row.State, row.OomKilled, row.RestartCount));
    }

    [Theory]
    [InlineData("services:\n  web:\n    image: nginx:1.25\n  app:\n    image: tally\n", 1)]
    [InlineData("FROM nginx:alpine\nCOPY nginx.conf /etc/nginx/\n", 1)]
    [InlineData("services:\n  app:\n    image: tally\n", 0)]
    public void Recipe_TellsWhetherNginxIsContained(string text, int count) => Assert.Equal(count, Session<ContainedNginx>(text).Count);

    [Fact]
    public void NginxVersion_IsRead()
    {
        var build = Assert.Single(Session<NginxBuildText>("nginx version: openresty/1.25.3.1\nbuilt with OpenSSL 3.0.11 19 Sep 2023\nconfigure arguments: --prefix=/usr\n"));
        Assert.Equal(("openresty", "1.25.3.1", "3.0.11"), (build.Release.Product, build.Release.Version, build.OpenSsl));
    }

    [Theory]
    [InlineData("2024/08/14 09:31:07 [error] 3821#3821: *5103 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: a, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"a\"")]
    [InlineData("server {\n  listen 80;\n  location / { proxy_pass http://127.0.0.1:3000; }\n}\n")]
    [InlineData("192.0.2.7 - - [14/Aug/2024:09:31:07 +0200] \"GET /api/ HTTP/1.1\" 502 150 \"-\" \"curl/8\"")]
    [InlineData("Aug 14 09:31:06 web app[812]: Error: connect ECONNREFUSED 127.0.0.1:5432")]
    [InlineData("[2024-08-14 09:31:06 +0000] [812] [INFO] Listening at: http://127.0.0.1:8000 (812)")]
    public void LogsAndConfiguration_AreNoOutput(string text) => Assert.Empty(Session<CommandRecord>(text));
}
