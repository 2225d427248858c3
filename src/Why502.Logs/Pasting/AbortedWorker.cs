using System.Text.RegularExpressions;

namespace Why502.Logs.Pasting;

/// <summary>
/// glibc found a worker's heap broken and ended it: <c>*** Error in `nginx: worker process': malloc(): memory corruption: 0x… ***</c> (malloc.c, malloc_printerr(); libc_fatal.c). The master's own line, which tells of
/// the signal, is often not shown.
/// </summary>
internal static partial class AbortedWorker
{
    /// <summary>abort(3).</summary>
    private const int Signal = 6;

    public static string Repair(string line) => Broken().IsMatch(line) ? $"[alert] worker process 0 exited on signal {Signal}" : line;

    [GeneratedRegex(@"^\W{0,4}\*\*\* (?:Error in|glibc detected \*\*\*) [`']?nginx: worker process\b")]
    private static partial Regex Broken();
}
