using System.Text.RegularExpressions;

namespace Why502.Logs.Pasting;

/// <summary>
/// Sets the number of a system's error where a teller kept its words alone: <c>connect() failed (Connection refused)</c>, <c>connect() failed, connection refused</c>, or both without the
/// colon between them. nginx writes <c>N: text</c> (ngx_strerror).
/// </summary>
internal static partial class WordedErrno
{
    /// <summary>strerror(3) of glibc, musl and the BSDs; Linux's numbers.</summary>
    private static readonly (string Words, int Errno)[] Texts =
    [
        ("connection refused", 111), ("connection reset by peer", 104), ("connection timed out", 110), ("operation timed out", 110), ("no route to host", 113), ("host is unreachable", 113), ("network is unreachable", 101),
        ("network unreachable", 101), ("no such file or directory", 2), ("permission denied", 13), ("resource temporarily unavailable", 11), ("cannot assign requested address", 99), ("address not available", 99), ("too many open files", 24),
        ("no file descriptors available", 24), ("no space left on device", 28), ("cannot allocate memory", 12), ("out of memory", 12), ("broken pipe", 32), ("address family not supported by protocol", 97), ("address already in use", 98), ("address in use", 98),
        ("read-only file system", 30),
    ];

    /// <summary>The line with the number in nginx's place, or as it is.</summary>
    public static string Number(string text)
    {
        if (Worded().Match(text) is not { Success: true } told)
        {
            return text;
        }

        var words = told.Groups["words"].Value.Trim();
        var errno = Array.Find(Texts, known => known.Words.Equals(words, StringComparison.OrdinalIgnoreCase)).Errno;
        return errno == 0 ? text : $"{told.Groups["call"].Value} ({errno}: {words}){text[(told.Index + told.Length)..]}";
    }

    [GeneratedRegex(@"^(?<call>[a-z_0-9]{3,16}\(\)(?: [^()]{1,200}?)? failed|upstream timed out)(?: ?\((?:\d{1,3} )?(?<words>[A-Za-z -]{8,48})\)|(?:,|:| -|:? with:?) (?<words>[A-Za-z -]{8,48}?)(?=$|,| while ))")]
    private static partial Regex Worded();
}
