using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Why502.Host.Kernel;

/// <summary>What a program printed. <paramref name="Failure"/> says why there is no whole result.</summary>
/// <param name="Cut">It printed more than was wanted and was ended: <paramref name="Bytes"/> is the beginning.</param>
internal readonly record struct ProgramRun(byte[] Bytes, bool Cut, string Error, int? ExitCode, string? Failure)
{
    public string Output => Encoding.UTF8.GetString(Bytes);
}

/// <summary>
/// Runs the few programs that are asked (systemctl, journalctl, nft), with a limit on time and output, a fixed locale, no pager and
/// no input. Programs are found here and started by their absolute path.
/// </summary>
internal sealed class Programs(string? searchPath)
{
    private const string SystemDirectories = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private const int ErrorBytesMax = 64 * 1024;
    private const int BlockBytes = 64 * 1024;

    private readonly string[] directories = (searchPath ?? Environment.GetEnvironmentVariable("PATH") + ":" + SystemDirectories)
        .Split(':').Where(directory => directory.StartsWith('/')).Distinct().ToArray();

    /// <summary>Absolute path of a program, or null.</summary>
    public string? Find(string name)
    {
        const uint AnyExecute = 0x49;
        foreach (var directory in directories)
        {
            var path = Path.Combine(directory, name);
            if (FileCalls.Status(path) is { IsRegular: true } status && (status.Permissions & AnyExecute) != 0)
            {
                return path;
            }
        }

        return null;
    }

    public static async Task<ProgramRun> RunAsync(string path, IEnumerable<string> arguments, TimeSpan patience, int outputBytesMax, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        using var process = new Process { StartInfo = StartInfo(path, arguments) };
        try
        {
            process.Start();
        }
        catch (Win32Exception failure)
        {
            return Failed($"{path} could not be started: {failure.Message}");
        }

        try
        {
            process.StandardInput.Close();
            var output = ReadAsync(process.StandardOutput.BaseStream, outputBytesMax, limit.Token);
            var error = ReadAsync(process.StandardError.BaseStream, ErrorBytesMax, limit.Token);
            var (bytes, cut) = await output.ConfigureAwait(false);
            if (cut)
            {
                End(process);
            }

            var errorText = Encoding.UTF8.GetString((await error.ConfigureAwait(false)).Bytes);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return new(bytes, cut, errorText, cut ? null : process.ExitCode, cut ? $"{path} printed more than {outputBytesMax} bytes" : null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            End(process);
            return Failed($"{path} did not answer within {patience.TotalSeconds:0.#} s");
        }
        catch (OperationCanceledException)
        {
            End(process);
            throw;
        }
        catch (IOException failure)
        {
            End(process);
            return Failed($"{path}: {failure.Message}");
        }
    }

    private static ProgramRun Failed(string why) => new([], false, "", null, why);

    private static ProcessStartInfo StartInfo(string path, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        start.Environment["PATH"] = SystemDirectories;
        start.Environment["LC_ALL"] = "C";
        start.Environment["SYSTEMD_PAGER"] = "";
        start.Environment["SYSTEMD_COLORS"] = "0";
        start.Environment["SYSTEMD_URLIFY"] = "0";
        return start;
    }

    private static async Task<(byte[] Bytes, bool Cut)> ReadAsync(Stream stream, int bytesMax, CancellationToken cancellation)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[BlockBytes];
        while (true)
        {
            var got = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false);
            if (got == 0)
            {
                return (kept.ToArray(), false);
            }

            kept.Write(buffer, 0, (int)Math.Min(got, bytesMax - kept.Length));
            if (kept.Length >= bytesMax)
            {
                return (kept.ToArray(), true);
            }
        }
    }

    /// <summary>Only what was started here is ended.</summary>
    private static void End(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception failure) when (failure is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended by itself.
        }
    }
}
