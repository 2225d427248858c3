namespace Why502.Host.Machine;

/// <summary>Linux error numbers that are told apart, and their words for people.</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int NoProcess = 3;
    public const int Interrupted = 4;
    public const int AccessDenied = 13;
    public const int NotDirectory = 20;
    public const int TooManyLinks = 40;
    public const int NameTooLong = 36;

    public static bool IsDenied(int errno) => errno is NotPermitted or AccessDenied;

    public static bool IsMissing(int errno) => errno is NoEntry or NoProcess or NotDirectory;

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
}
