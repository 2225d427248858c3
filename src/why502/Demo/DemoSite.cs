using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Why502.Diagnosis;
using Why502.Host.Probes;

namespace Why502.Cli.Demo;

/// <summary>A private nginx on loopback with a small app behind it, in a directory of its own.</summary>
internal sealed class DemoSite : IDisposable
{
    private const int HealthyInRow = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string nginx;
    private readonly ProbeAnswers probes = new(TimeProvider.System);
    private readonly List<string> nginxSaid = [];
    private DemoProcess? server;
    private DemoProcess? app;

    public DemoSite(string nginx, string directory, int port, IPEndPoint target)
    {
        this.nginx = nginx;
        Directory = System.IO.Directory.CreateDirectory(directory).FullName;
        Port = port;
        Target = target;
        System.IO.Directory.CreateDirectory(Path.Combine(Directory, "logs"));
        System.IO.Directory.CreateDirectory(Path.Combine(Directory, "temp"));
        File.WriteAllText(ConfigPath, Configuration());
    }

    public string Directory { get; }

    public int Port { get; }

    /// <summary>Where nginx is told that the app is.</summary>
    public IPEndPoint Target { get; }

    public string ConfigPath => Path.Combine(Directory, "nginx.conf");

    public string ErrorLogPath => Path.Combine(Directory, "logs", "error.log");

    public string Url => $"http://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}/";

    public int? NginxPid => server?.Pid;

    public async Task StartNginxAsync(CancellationToken cancellation)
    {
        server = DemoProcess.Start(nginx, ["-p", Directory, "-e", ErrorLogPath, "-c", ConfigPath], Directory, nginxSaid.Add);
        await UntilAsync(async () => (await GetAsync(cancellation).ConfigureAwait(false)).Outcome == ProbeOutcome.Ok, "the private nginx to answer", cancellation).ConfigureAwait(false);
    }

    public async Task StartAppAsync(IPEndPoint address, CancellationToken cancellation)
    {
        app?.Dispose();
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (program, arguments) = Self();
        app = DemoProcess.Start(program, [.. arguments, DemoApp.Command, address.ToString()], Directory, _ => listening.TrySetResult());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        await Task.WhenAny(listening.Task, app.WaitAsync(limit.Token)).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (!listening.Task.IsCompleted)
        {
            throw new UsageException($"the demo's app could not listen on {address}. Run again: why502 demo");
        }
    }

    public void StopApp()
    {
        app?.Dispose();
        app = null;
    }

    public async Task<ResponseFact> GetAsync(CancellationToken cancellation)
    {
        if (server is { Ended: true })
        {
            throw new UsageException($"the demo's nginx ended by itself{(nginxSaid.Count > 0 ? $": {nginxSaid[^1]}" : "")}. Run again: why502 demo");
        }

        var answer = await probes.AnswerAsync(new GetThroughNginx(Url, 3000), cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return answer.Fact as ResponseFact ?? throw new UsageException($"the demo could not ask its nginx: {answer.Unobserved}");
    }

    /// <summary>As the advice says: nginx -t, then a reload; the old workers may answer for a moment.</summary>
    public async Task<bool> ReloadAsync(CancellationToken cancellation)
    {
        string[] files = ["-p", Directory, "-e", ErrorLogPath, "-c", ConfigPath];
        using (var test = DemoProcess.Start(nginx, [.. files, "-t", "-q"], Directory))
        {
            if (await test.WaitAsync(cancellation).ConfigureAwait(false) != 0)
            {
                return false;
            }
        }

        var old = Workers();
        using var reload = DemoProcess.Start(nginx, [.. files, "-s", "reload"], Directory);
        if (await reload.WaitAsync(cancellation).ConfigureAwait(false) != 0)
        {
            return false;
        }

        // Old workers take connections until they have seen the signal: an answer before that proves nothing.
        await UntilAsync(() => Task.FromResult(!Workers().Intersect(old).Any()), "the old workers to end", cancellation).ConfigureAwait(false);
        return true;
    }

    /// <summary>The master's children, from proc(5); empty where the kernel does not list them.</summary>
    private IReadOnlyList<string> Workers()
    {
        try
        {
            var master = (server?.Pid ?? 0).ToString(CultureInfo.InvariantCulture);
            return File.ReadAllText($"/proc/{master}/task/{master}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }

    public async Task UntilHealthyAsync(CancellationToken cancellation)
    {
        var inRow = 0;
        await UntilAsync(
            async () =>
            {
                inRow = (await GetAsync(cancellation).ConfigureAwait(false)).Status == 200 ? inRow + 1 : 0;
                return inRow == HealthyInRow;
            },
            "the repaired site to answer 200",
            cancellation).ConfigureAwait(false);
    }

    public string? LastErrorLine(string containing)
        => File.Exists(ErrorLogPath) ? File.ReadLines(ErrorLogPath).LastOrDefault(line => line.Contains(containing, StringComparison.Ordinal)) : null;

    public void Dispose()
    {
        app?.Dispose();
        server?.Dispose();
    }

    /// <summary>Two neighbouring ports of 127.0.0.1 and [::1] that nobody has.</summary>
    public static int FreePorts(bool withIPv6)
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            // Below the range from which the kernel takes ports for connections (ip(7)), as an administrator would.
            var port = Random.Shared.Next(20_000, 32_000);
            if (IsFree(IPAddress.Loopback, port) && IsFree(IPAddress.Loopback, port + 1) && (!withIPv6 || (IsFree(IPAddress.IPv6Loopback, port) && IsFree(IPAddress.IPv6Loopback, port + 1))))
            {
                return port;
            }
        }

        throw new UsageException("no two free ports were found on loopback. Run again: why502 demo");
    }

    public static bool HasIPv6Loopback() => Socket.OSSupportsIPv6 && IsFree(IPAddress.IPv6Loopback, 0);

    private static bool IsFree(IPAddress address, int port)
    {
        try
        {
            using var probe = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task UntilAsync(Func<Task<bool>> reached, string what, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await reached().ConfigureAwait(false))
        {
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                throw new UsageException($"waited in vain for {what}{(nginxSaid.Count > 0 ? $" (nginx: {nginxSaid[^1]})" : "")}.");
            }

            await Task.Delay(25, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>This very program under another name: a process called why502 is nobody's app.</summary>
    private (string Program, IReadOnlyList<string> Arguments) Self()
    {
        var self = Environment.ProcessPath ?? "why502";
        if (Path.GetFileNameWithoutExtension(self) == "dotnet")
        {
            return (self, [Environment.GetCommandLineArgs()[0]]);
        }

        var link = Path.Combine(Directory, "demo-app");
        if (!File.Exists(link))
        {
            File.CreateSymbolicLink(link, self);
        }

        return (link, []);
    }

    private string Configuration()
        => $$"""
            daemon off;
            worker_processes 1;{{(Environment.IsPrivilegedProcess ? "\nuser root root;" : "")}}
            pid {{Directory}}/nginx.pid;
            error_log {{ErrorLogPath}};
            events { worker_connections 64; }

            http {
                access_log {{Directory}}/logs/access.log;
                client_body_temp_path {{Directory}}/temp/body;
                proxy_temp_path {{Directory}}/temp/proxy;
                fastcgi_temp_path {{Directory}}/temp/fastcgi;
                uwsgi_temp_path {{Directory}}/temp/uwsgi;
                scgi_temp_path {{Directory}}/temp/scgi;

                server {
                    listen 127.0.0.1:{{Port}};
                    server_name demo.example;

                    location / {
                        proxy_pass http://{{Target}};
                    }
                }
            }

            """;
}
