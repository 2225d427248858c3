using System.Runtime.InteropServices;

namespace Why502.Host.Kernel;

/// <summary>Linux error numbers (asm-generic/errno.h) that are told apart, and their words for people.</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int NoProcess = 3;
    public const int Interrupted = 4;
    public const int NoDeviceOrAddress = 6;
    public const int Again = 11;
    public const int AccessDenied = 13;
    public const int NotDirectory = 20;
    public const int IsDirectory = 21;
    public const int InvalidArgument = 22;
    public const int BrokenPipe = 32;
    public const int NameTooLong = 36;
    public const int TooManyLinks = 40;
    public const int FamilyNotSupported = 97;
    public const int AddressNotAvailable = 99;
    public const int NetworkDown = 100;
    public const int NetworkUnreachable = 101;
    public const int ConnectionReset = 104;
    public const int TimedOut = 110;
    public const int ConnectionRefused = 111;
    public const int HostDown = 112;
    public const int HostUnreachable = 113;
    public const int InProgress = 115;

    public static bool IsDenied(int errno) => errno is NotPermitted or AccessDenied;

    public static bool IsMissing(int errno) => errno is NoEntry or NoProcess or NotDirectory;

    /// <summary>What it means for a path.</summary>
    public static string Words(int errno) => errno switch
    {
        NotPermitted => "operation not permitted",
        NoEntry => "no such file or directory",
        NoProcess => "the process has ended",
        AccessDenied => "permission denied",
        NotDirectory => "not a directory",
        TooManyLinks => "too many levels of symbolic links",
        NameTooLong => "file name too long",
        _ => $"errno {errno}",
    };

    /// <summary>The number and strerror's words, as nginx writes them.</summary>
    public static string NumberAndWords(int errno) => $"{errno}: {Marshal.GetPInvokeErrorMessage(errno)}";
}
