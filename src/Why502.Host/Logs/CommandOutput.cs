using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Why502.Logs;

namespace Why502.Host.Logs;

/// <summary>What a read-only command printed, bounded in bytes and time.</summary>
/// <param name="Text">Standard output; its newest part is lost when <paramref name="Cut"/>.</param>
/// <param name="Errors">First line of standard error, sanitised.</param>
internal sealed record CommandOutput(byte[] Text, bool Cut, string Errors, int ExitStatus)
{
    private const int ErrorBytesMax = 4096;
    private const int BlockBytes = 64 * 1024;

    /// <returns>Null when there is no such program.</returns>
    /// <exception cref="TimeoutException">It did not end in time, and was ended.</exception>
    public static async Task<CommandOutput?> RunAsync(
        string program, IReadOnlyList<string> arguments, long bytesMax, TimeSpan patience, TimeProvider time, CancellationToken cancellation)
    {
        using var process = Start(program, arguments);
        if (process is null)
        {
            return null;
        }

        using var own = new CancellationTokenSource(patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(own.Token, cancellation);
        try
        {
            process.StandardInput.Close();
            var errors = ReadAsync(process.StandardError.BaseStream, ErrorBytesMax, both.Token);
            var (text, cut) = await ReadAsync(process.StandardOutput.BaseStream, bytesMax, both.Token).ConfigureAwait(false);
            if (cut)
            {
                End(process);
            }

            var (errorText, _) = await errors.ConfigureAwait(false);
            await process.WaitForExitAsync(both.Token).ConfigureAwait(false);
            return new(text, cut, FirstLine(errorText), process.ExitCode);
        }
        catch (OperationCanceledException)
        {
            End(process);
            cancellation.ThrowIfCancellationRequested();
            throw new TimeoutException($"{program} had not ended after {patience.TotalMilliseconds:0} ms");
        }
    }

    private static Process? Start(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["LC_ALL"] = "C";
        start.Environment["SYSTEMD_COLORS"] = "0";
        start.Environment["SYSTEMD_URLIFY"] = "0";
        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            // ENOENT or EACCES: the program is not there for us.
            return null;
        }
    }

    private static async Task<(byte[] Text, bool Cut)> ReadAsync(Stream from, long bytesMax, CancellationToken cancellation)
    {
        using var text = new MemoryStream();
        var block = new byte[BlockBytes];
        while (true)
        {
            var count = await from.ReadAsync(block, cancellation).ConfigureAwait(false);
            if (count == 0)
            {
                return (text.ToArray(), false);
            }

            text.Write(block, 0, (int)Math.Min(count, bytesMax - text.Length));
            if (text.Length >= bytesMax)
            {
                return (text.ToArray(), true);
            }
        }
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (Exception failure) when (failure is InvalidOperationException or Win32Exception)
        {
            // It has ended by itself meanwhile.
            _ = failure;
        }
    }

    private static string FirstLine(byte[] text)
    {
        var feed = text.AsSpan().IndexOf((byte)'\n');
        return Sanitizer.Line(Encoding.UTF8.GetString(feed < 0 ? text : text[..feed]));
    }
}
