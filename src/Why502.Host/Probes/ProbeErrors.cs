using System.Net.Sockets;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Probes;

/// <summary>What an error number that a peer, a path or a packet filter causes means for a probe.</summary>
internal static class ProbeErrors
{
    public static ProbeOutcome Outcome(int errno) => errno switch
    {
        0 => ProbeOutcome.Ok,
        Errno.ConnectionRefused => ProbeOutcome.Refused,
        Errno.TimedOut => ProbeOutcome.TimedOut,
        Errno.HostUnreachable or Errno.NetworkUnreachable or Errno.HostDown or Errno.NetworkDown => ProbeOutcome.Unreachable,
        Errno.NoEntry or Errno.NotDirectory => ProbeOutcome.NotFound,
        Errno.AccessDenied or Errno.NotPermitted => ProbeOutcome.PermissionDenied,
        Errno.Again => ProbeOutcome.QueueFull,
        Errno.ConnectionReset or Errno.BrokenPipe => ProbeOutcome.Reset,
        _ => ProbeOutcome.OtherError,
    };

    /// <summary>errno of a failed send or receive. There .NET's mapping loses nothing that matters here.</summary>
    public static int? Of(Exception failure) => failure switch
    {
        SocketException socket => socket.NativeErrorCode,
        _ when failure.InnerException is { } inner => Of(inner),
        _ => null,
    };
}
