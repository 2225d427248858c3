using System.Net.Sockets;
using Why502.Diagnosis;

namespace Why502.Host.Probes;

/// <summary>Linux errno numbers (asm-generic/errno.h) that a peer, a path or a packet filter can cause, with what they mean for a probe.</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int NoDeviceOrAddress = 6;
    public const int Again = 11;
    public const int AccessDenied = 13;
    public const int NotDirectory = 20;
    public const int IsDirectory = 21;
    public const int TooManyFiles = 24;
    public const int BrokenPipe = 32;
    public const int TooManyLinks = 40;
    public const int NetworkDown = 100;
    public const int NetworkUnreachable = 101;
    public const int ConnectionReset = 104;
    public const int TimedOut = 110;
    public const int ConnectionRefused = 111;
    public const int HostDown = 112;
    public const int HostUnreachable = 113;
    public const int InProgress = 115;

    public static ProbeOutcome Outcome(int errno) => errno switch
    {
        0 => ProbeOutcome.Ok,
        ConnectionRefused => ProbeOutcome.Refused,
        TimedOut => ProbeOutcome.TimedOut,
        HostUnreachable or NetworkUnreachable or HostDown or NetworkDown => ProbeOutcome.Unreachable,
        NoEntry or NotDirectory => ProbeOutcome.NotFound,
        AccessDenied or NotPermitted => ProbeOutcome.PermissionDenied,
        Again => ProbeOutcome.QueueFull,
        ConnectionReset or BrokenPipe => ProbeOutcome.Reset,
        _ => ProbeOutcome.OtherError,
    };

    /// <summary>The number and strerror's words, as nginx writes them.</summary>
    public static string Words(int errno) => $"{errno}: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(errno)}";

    /// <summary>errno of a failed send or receive. There .NET's mapping loses nothing that matters here.</summary>
    public static int? Of(Exception failure) => failure switch
    {
        SocketException socket => socket.NativeErrorCode,
        _ when failure.InnerException is { } inner => Of(inner),
        _ => null,
    };
}
