namespace Why502.Logs;

/// <summary>
/// Error numbers of other systems in Linux's numbers, so that a log of FreeBSD is judged like one of Linux. The number decides; its words differ
/// between libraries and languages, and are asked only where a number means something to nginx on both systems.
/// </summary>
/// <remarks>
/// FreeBSD and macOS sys/errno.h (both from 4.4BSD), illumos uts/common/sys/errno.h, Windows winsock2.h (nginx prints WSAGetLastError there).
/// Linux uses 41 to 79 for streams and terminals, and 124 to 133 for keys and media: no call that nginx makes gives those.
/// </remarks>
public static class PlatformErrno
{
    private static readonly Dictionary<int, int> Linux = Table(
        "4.4BSD", "35=11 41=91 42=92 43=93 44=94 45=95 46=96 47=97 48=98 49=99 50=100 51=101 52=102 53=103 54=104 55=105 56=106 57=107 58=108 59=109 60=110 61=111 62=40 63=36 64=112 65=113 66=39",
        "illumos", "124=97 126=99 127=100 128=101 129=102 130=103 131=104 132=105 133=106 134=107 143=108 144=109 145=110 146=111 147=112 148=113 149=114 150=115",
        "Windows", "10004=4 10013=13 10022=22 10024=24 10035=11 10036=115 10038=88 10047=97 10048=98 10049=99 10050=100 10051=101 10052=102 10053=103 10054=104 10055=105 10056=106 10057=107 10058=108 10060=110 10061=111 10064=112 10065=113");

    /// <summary>Linux's number for what the line says; the number itself where it is one of Linux already.</summary>
    public static int ToLinux(int number, string? words) => number switch
    {
        // Both systems can mean it: EINPROGRESS here and ENAMETOOLONG there, ENOTSOCK and ENOSYS, EMSGSIZE and ELOOP.
        36 when Says(words, "now in progress") => 115,
        38 when Says(words, "non-socket") => 88,
        40 when Says(words, "too long") => 90,
        125 when Says(words, "in use") => 98,
        _ => Linux.GetValueOrDefault(number, number),
    };

    /// <summary>Pairs of a system's name and its numbers, each with Linux's.</summary>
    private static Dictionary<int, int> Table(params string[] systems)
        => systems.Where((_, index) => index % 2 == 1).SelectMany(numbers => numbers.Split(' ')).Select(pair => pair.Split('=')).ToDictionary(pair => Number(pair[0]), pair => Number(pair[1]));

    private static int Number(string digits) => int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);

    private static bool Says(string? words, string part) => words?.Contains(part, StringComparison.OrdinalIgnoreCase) == true;
}
