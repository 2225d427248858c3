using System.Runtime.InteropServices;

namespace Why502.Repair;

/// <summary>A step that this machine did not let happen. The transaction takes back what it did and reports the message.</summary>
public sealed class StepFailedException(string message) : Exception(message)
{
    /// <summary>From the errno of the call that was made last on this thread.</summary>
    internal static StepFailedException OfCall(string what) => Of(what, Marshal.GetLastPInvokeError());

    internal static StepFailedException Of(string what, int errno) => new($"{what}: {Reason(errno)}");

    private static string Reason(int errno) => errno switch
    {
        1 => "not permitted (errno 1); the file may be immutable (lsattr)",
        13 => "permission denied (errno 13)",
        16 => "busy (errno 16): the file itself is a mount, as in a container",
        28 => "no space left on the device (errno 28)",
        30 => "read-only file system (errno 30)",
        122 => "disk quota exceeded (errno 122)",
        _ => $"{Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})",
    };
}
