using System.Text;
using System.Text.RegularExpressions;
using Why502.Diagnosis;

namespace Why502.Repair;

/// <summary>Changes settings of an ini file and keeps every other byte: comments, order, blanks around "=", line ends.</summary>
internal static partial class SettingsFile
{
    public const string Head = "# Written by why502 fix; taken back by why502 fix --undo.";

    /// <summary>Null where a setting that must be there is not.</summary>
    /// <param name="before">Null where there is no such file.</param>
    public static byte[]? Apply(byte[]? before, IReadOnlyList<IniSetting> settings)
    {
        // One byte, one character: whatever the encoding, what is not touched comes out as it went in.
        var text = before is null ? Head + "\n" : Encoding.Latin1.GetString(before);
        var end = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var lines = text.Split('\n').ToList();
        foreach (var setting in settings)
        {
            if (!Set(lines, setting, end == "\r\n" ? "\r" : ""))
            {
                return null;
            }
        }

        return Encoding.Latin1.GetBytes(string.Join('\n', lines));
    }

    private static bool Set(List<string> lines, IniSetting setting, string carriage)
    {
        var (section, header, last, kin, found) = ("", -1, -1, -1, -1);
        for (var index = 0; index < lines.Count; index++)
        {
            var line = lines[index].Trim();
            if (line.StartsWith('[') && line.IndexOf(']') is var close and > 0)
            {
                section = line[1..close].Trim();
                (header, last, kin) = section == setting.Section ? (index, index, -1) : (header, last, kin);
            }
            else if (section == setting.Section && line.Length > 0 && line[0] is not ('#' or ';'))
            {
                last = index;

                // The last one wins, in php-fpm's parser as in systemd's and sysctl's.
                var key = line.IndexOf('=') is var equals and > 0 ? line[..equals].Trim() : "";
                found = key == setting.Key ? index : found;
                kin = key.Length > 0 && FamilyOf(key) == FamilyOf(setting.Key) ? index : kin;
            }
        }

        if (found >= 0)
        {
            var old = lines[found];
            var value = old.IndexOf('=') + 1;
            while (value < old.Length && old[value] is ' ' or '\t')
            {
                value++;
            }

            lines[found] = old[..value] + setting.Value + Remark.Match(old, value).Value + carriage;
            return true;
        }

        if (setting.MustBeThere)
        {
            return false;
        }

        var blank = lines is [.., ""] ? 1 : 0;
        if (setting.Section.Length > 0 && header < 0)
        {
            lines.InsertRange(lines.Count - blank, [$"[{setting.Section}]{carriage}", $"{setting.Key} = {setting.Value}{carriage}"]);
            return true;
        }

        lines.Insert(kin >= 0 ? kin + 1 : last >= 0 ? last + 1 : setting.Section.Length > 0 ? header + 1 : Math.Max(0, lines.Count - blank), $"{setting.Key} = {setting.Value}{carriage}");
        return true;
    }

    /// <summary>"listen" of listen.mode: a new setting stands beside its like.</summary>
    private static string FamilyOf(string key) => key.IndexOf('.') is var dot and > 0 ? key[..dot] : key;

    /// <summary>A comment behind a value of one word (PHP's ini has it with ";", Python with "#").</summary>
    [GeneratedRegex(@"(?<=\G\S+)[ \t]+[;#][^\r]*", RegexOptions.CultureInvariant)]
    private static partial Regex Remark { get; }
}
