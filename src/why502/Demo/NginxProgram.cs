namespace Why502.Cli.Demo;

/// <summary>
/// Finds an nginx program, or takes one out of the distribution's package. The package is unpacked into the demo's own
/// directory and not installed: no service is started, and nothing stays behind.
/// </summary>
internal static class NginxProgram
{
    private static readonly string[] Places = ["/usr/sbin", "/usr/local/sbin", "/usr/local/nginx/sbin", "/usr/local/bin", "/usr/bin", "/opt/nginx/sbin"];

    private static readonly TimeSpan DownloadTime = TimeSpan.FromMinutes(3);

    public static async Task<string> GetAsync(string directory, Action<string> say, CancellationToken cancellation)
    {
        if (Find("nginx") is { } installed)
        {
            return installed;
        }

        if (Find("apt-get") is not { } apt || Find("dpkg-deb") is not { } dpkg)
        {
            throw new UsageException("the demo needs nginx and found none. Install it with this distribution's package manager and run again: why502 demo");
        }

        say("There is no nginx here. Getting the distribution's package with apt-get; it is unpacked");
        say($"into {directory}, not installed, and no service is started.");
        var package = Directory.CreateDirectory(Path.Combine(directory, "package")).FullName;
        if (await DownloadAsync(apt, package, say, cancellation).ConfigureAwait(false) is not { } file)
        {
            throw new UsageException("nginx could not be downloaded (no network, or no package lists: apt-get update needs root). Install nginx and run again: why502 demo");
        }

        await RunAsync(dpkg, ["-x", file, package], package, say, cancellation).ConfigureAwait(false);
        var program = Path.Combine(package, "usr/sbin/nginx");
        if (!File.Exists(program) || await RunAsync(program, ["-v"], package, null, cancellation).ConfigureAwait(false) != 0)
        {
            throw new UsageException("the downloaded nginx does not run here (a library is missing). Install nginx with apt-get and run again: why502 demo");
        }

        return program;
    }

    private static async Task<string?> DownloadAsync(string apt, string package, Action<string> say, CancellationToken cancellation)
    {
        if (Environment.IsPrivilegedProcess)
        {
            say("  apt-get update");
            await RunAsync(apt, ["-qq", "update"], package, null, cancellation).ConfigureAwait(false);
        }

        // Debian 12 and later have the program in nginx itself, older ones and Ubuntu 22.04 in a flavour's package.
        foreach (var name in new[] { "nginx", "nginx-core", "nginx-light", "nginx-full" })
        {
            say($"  apt-get download {name}");
            if (await RunAsync(apt, ["-qq", "download", name], package, null, cancellation).ConfigureAwait(false) != 0)
            {
                continue;
            }

            var file = Directory.EnumerateFiles(package, "*.deb").FirstOrDefault(candidate => Path.GetFileName(candidate).StartsWith(name + "_", StringComparison.Ordinal));
            // The metapackage holds documentation only.
            if (file is not null && new FileInfo(file).Length > 100_000)
            {
                return file;
            }
        }

        return null;
    }

    private static async Task<int> RunAsync(string program, IReadOnlyList<string> arguments, string directory, Action<string>? say, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(DownloadTime);
        using var process = DemoProcess.Start(program, arguments, directory, say is null ? null : line => say("  " + line));
        return await process.WaitAsync(limit.Token).ConfigureAwait(false);
    }

    internal static string? Find(string program)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(Places)
            .Where(directory => directory.StartsWith('/'))
            .Select(directory => Path.Combine(directory, program))
            .FirstOrDefault(File.Exists);
}
