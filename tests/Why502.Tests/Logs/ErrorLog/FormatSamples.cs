using System.Text;

namespace Why502.Tests.Logs;

/// <summary>Prints nginx's format strings with plausible arguments, as ngx_vslprintf would: the slow and obvious twin of the matcher.</summary>
internal static class FormatSamples
{
    private static readonly string[] Texts = ["/var/www/app", "backend", "x-accel-redirect", "192.0.2.7:8443", "9", "a b", ""];

    public static string Render(string format, int seed)
    {
        StringBuilder result = new();
        int argument = seed;
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                result.Append(format[i]);
                continue;
            }

            i++;
            while (i < format.Length && (char.IsAsciiDigit(format[i]) || format[i] is '.' or '*' or 'u' or 'm' or 'x' or 'X'))
            {
                if (format[i] is 'x' or 'X' && (i + 1 == format.Length || !char.IsAsciiLetter(format[i + 1]) || !"dDilLzAOPTM".Contains(format[i + 1])))
                {
                    break;
                }

                i++;
            }

            result.Append(Argument(format[i], argument++));
        }

        return result.ToString();
    }

    private static string Argument(char type, int n) => type switch
    {
        '%' => "%",
        'V' or 'v' or 's' or 'S' => Texts[n % 5],
        'c' => "}",
        'p' => "00005581B7F0A2C0",
        'x' or 'X' => "1f",
        'f' => "1.250",
        _ => (n % 3 * 1117 + 3).ToString(),
    };
}
