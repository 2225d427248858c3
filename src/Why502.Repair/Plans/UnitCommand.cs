using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Repair;

/// <summary>The command of a systemd service with another option: the unit stays as it is, a drop-in empties ExecStart= and has it anew (systemd.service(5)).</summary>
internal static partial class UnitCommand
{
    private const int UnitBytesMax = 256 * 1024;

    /// <summary>What quotes, expands or divides: a command with it is not rewritten by us.</summary>
    private static readonly SearchValues<char> NotPlain = SearchValues.Create("'\"`;|&<>$\\");

    /// <summary>Where drop-ins of a unit lie, the strongest first (systemd.unit(5)).</summary>
    private static readonly string[] Folders = ["/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];

    /// <summary>Null where the command is not one plain line of the server itself, or where drop-ins are there already: then it may be changed in them.</summary>
    public static RepairAction.WriteFile? DropIn(RepairAction.EditCommand edit) => DropIn(edit.Unit, edit.Fragment, edit.DropIn, unit => With(unit, edit.Option, edit.Value));

    /// <inheritdoc cref="DropIn(RepairAction.EditCommand)"/>
    public static RepairAction.WriteFile? DropIn(RepairAction.ListenAlso listen) => DropIn(listen.Unit, listen.Fragment, listen.DropIn, unit => WithAddress(unit, listen.Port, listen.Also));

    private static RepairAction.WriteFile? DropIn(string name, string fragment, string dropIn, Func<string, string?> change)
    {
        if (Folders.Append(Path.GetDirectoryName(Path.GetDirectoryName(dropIn))!).Any(folder => FileCalls.Status($"{folder}/{name}.d") is not null)
            || FileCalls.ReadText(fragment, UnitBytesMax) is not { } unit || change(unit) is not { } command)
        {
            return null;
        }

        return new(dropIn, null, Encoding.UTF8.GetBytes($"{SettingsFile.Head}\n[Service]\nExecStart=\nExecStart={command}\n")) { MakesDirectory = true };
    }

    /// <summary>The unit's command with this value for the option; null where that is not for a program to decide.</summary>
    internal static string? With(string unit, string option, string value)
    {
        if (Plain(unit) is not { } command)
        {
            return null;
        }

        var written = new Regex($@"(?<=\s){Regex.Escape(option)}(?<joint>=|\s+)\S+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        return written.Count(command) switch
        {
            0 when !ShortForm(option, command) => $"{command} {option} {value}",
            1 => written.Replace(command, match => option + match.Groups["joint"].Value + value),
            _ => null,
        };
    }

    /// <summary>The unit's command with the option given once more; null where it does not say the old address exactly once.</summary>
    internal static string? WithAddress(string unit, int port, string also)
    {
        if (Plain(unit) is not { } command)
        {
            return null;
        }

        var written = Bind.Matches(command).Where(match => match.Groups["port"].Value == port.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToList();
        return written is [var bind] ? command.Insert(bind.Index + bind.Length, $" {bind.Groups["option"].Value}{bind.Groups["joint"].Value}{also}") : null;
    }

    /// <summary>The one command of a unit, where it is a plain line of the server itself.</summary>
    private static string? Plain(string unit)
    {
        var lines = unit.Split('\n').Select(line => line.Trim()).ToList();
        if (lines.Where(line => Start.IsMatch(line)).ToList() is not [var line] || line.EndsWith('\\'))
        {
            return null;
        }

        var command = line[(line.IndexOf('=') + 1)..].Trim();
        return Server.IsMatch(command) && !command.AsSpan().ContainsAny(NotPlain) ? command : null;
    }

    /// <summary>gunicorn's -t is --timeout: which of the two holds depends on their order.</summary>
    private static bool ShortForm(string option, string command) => option == "--timeout" && command.Split(' ').Any(word => word.StartsWith("-t", StringComparison.Ordinal));

    [GeneratedRegex(@"\AExecStart\s*=\s*\S", RegexOptions.CultureInvariant)]
    private static partial Regex Start { get; }

    /// <summary>gunicorn's --bind and uWSGI's --socket may be given several times, and each is listened on (gunicorn's settings, bind; uWSGI's options, socket).</summary>
    [GeneratedRegex(@"(?<=\s)(?<option>--bind|-b|--socket|-s|--http-socket|--uwsgi-socket)(?<joint>=|\s+)(127\.0\.0\.1|localhost):(?<port>[0-9]{1,5})(?=\s|\z)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Bind { get; }

    /// <summary>The server itself, or Python running it: a shell or a wrapper has its own ideas of arguments.</summary>
    [GeneratedRegex(@"\A[-:!+@]*/\S*/(gunicorn|uwsgi)[\w.-]*\s|\A[-:!+@]*/\S*/python[\d.]*\s+-m\s+gunicorn\s", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Server { get; }
}
