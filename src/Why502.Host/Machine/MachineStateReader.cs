using System.Globalization;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Answers which addresses the machine has and whether it is short of anything.</summary>
internal sealed class MachineStateReader(MachineSnapshot machine)
{
    private const int FileBytesMax = 64 * 1024;

    public Look Read()
    {
        var memory = File("meminfo");
        var uid = unchecked((int)Libc.EffectiveUserId());
        var fact = new MachineStateFact(
            Environment.MachineName,
            [.. OwnAddresses.Read().Select(own => $"{own.Address}/{own.PrefixLength}").Distinct().Order(StringComparer.Ordinal)],
            Environment.ProcessorCount,
            Number(File("loadavg").Split(' ')[0]),
            MemoryBytes(memory, "MemTotal:"),
            MemoryBytes(memory, "MemAvailable:"),
            Pressure(File("pressure/cpu")),
            Pressure(File("pressure/memory")),
            Pressure(File("pressure/io")),
            int.TryParse(File("sys/net/core/somaxconn").Trim(), out var limit) ? limit : null,
            uid == 0,
            machine.Accounts.User(uid));
        return Look.Saw(fact, "/proc and the network interfaces");
    }

    private string File(string name) => FileCalls.ReadText($"{machine.Options.ProcPath}/{name}", FileBytesMax) ?? "";

    /// <summary>A line of /proc/meminfo, which counts in KiB.</summary>
    internal static long? MemoryBytes(string text, string name)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(name) && line.EndsWith(" kB") && long.TryParse(line[name.Length..^3].Trim(), out var kibibytes))
            {
                return kibibytes is >= 0 and < long.MaxValue / 1024 ? kibibytes * 1024 : null;
            }
        }

        return null;
    }

    /// <summary>"some avg10=1.23 avg60=…": percent of time in which some task waited.</summary>
    internal static double? Pressure(string text)
    {
        const string Start = "some avg10=";
        return text.StartsWith(Start, StringComparison.Ordinal) ? Number(text[Start.Length..].Split(' ')[0]) : null;
    }

    private static double? Number(string text)
        => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}
