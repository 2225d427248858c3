using System.Runtime.InteropServices;

namespace Why502.Host.Kernel;

/// <summary>
/// Looks from another process's network namespace. setns(2) moves one thread, and a socket stays where it was made: a thread that enters,
/// makes its call and ends leaves everything else where it was.
/// </summary>
internal static class NetworkNamespace
{
    /// <summary>Runs <paramref name="look"/> inside; false with the error number when that namespace may not be entered.</summary>
    public static bool Within<T>(int pid, Func<T> look, out T? result, out int errno)
    {
        T? found = default;
        var failure = 0;
        Exception? thrown = null;
        var thread = new Thread(() =>
        {
            try
            {
                failure = Enter(pid);
                found = failure == 0 ? look() : default;
            }
            catch (Exception fault)
            {
                thrown = fault;
            }
        })
        {
            IsBackground = true,
        };
        thread.Start();
        thread.Join();
        (result, errno) = (found, failure);
        return thrown is null ? failure == 0 : throw new InvalidOperationException(thrown.Message, thrown);
    }

    private static int Enter(int pid)
    {
        var descriptor = Libc.Open($"/proc/{pid}/ns/net", Libc.OpenReadOnly | Libc.OpenCloseOnExec);
        if (descriptor < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        try
        {
            return Libc.SetNamespace(descriptor, Libc.NetworkNamespaceKind) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        finally
        {
            _ = Libc.Close(descriptor);
        }
    }
}
