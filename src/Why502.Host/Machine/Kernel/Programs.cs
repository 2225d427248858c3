using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Why502.Host.Machine;

/// <summary>What a program printed. <paramref name="Failure"/> says why there is no result.</summary>
internal readonly record struct ProgramRun(string Output, string Error, int? ExitCode, string? Failure);

/// <summary>
/// Runs the few programs that are asked (systemctl, nft), with a limit on time and output, a fixed locale, no pager and
/// no input. Programs are found here and started by their absolute path.
/// </summary>
internal sealed class Programs(string? searchPath)
{
    private const string SystemDirectories = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

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
            return new("", "", null, $"{path} could not be started: {failure.Message}");
        }

        try
        {
            process.StandardInput.Close();
            var output = ReadAsync(process.StandardOutput.BaseStream, outputBytesMax, limit.Token);
            var error = ReadAsync(process.StandardError.BaseStream, outputBytesMax, limit.Token);
            var (outputText, outputWhole) = await output.ConfigureAwait(false);
            var (errorText, _) = await error.ConfigureAwait(false);
            if (!outputWhole)
            {
                End(process);
                return new(outputText, errorText, null, $"{path} printed more than {outputBytesMax} bytes");
            }

            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return new(outputText, errorText, process.ExitCode, null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            End(process);
            return new("", "", null, $"{path} did not answer within {patience.TotalSeconds:0.#} s");
        }
        catch (OperationCanceledException)
        {
            End(process);
            throw;
        }
        catch (IOException failure)
        {
            End(process);
            return new("", "", null, $"{path}: {failure.Message}");
        }
    }

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
        return start;
    }

    private static async Task<(string Text, bool Whole)> ReadAsync(Stream stream, int bytesMax, CancellationToken cancellation)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var got = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false);
            if (got == 0 || kept.Length + got > bytesMax)
            {
                return (Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length), got == 0);
            }

            kept.Write(buffer, 0, got);
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
