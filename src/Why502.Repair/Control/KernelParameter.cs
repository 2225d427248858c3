using System.Text;
using Why502.Host.Kernel;

namespace Why502.Repair;

/// <summary>A setting below /proc/sys, by sysctl(8)'s name.</summary>
internal static class KernelParameter
{
    private const int ValueBytesMax = 4096;

    /// <summary>With single blanks between its numbers; null where this kernel or namespace has none.</summary>
    public static string? Find(string name)
        => FileCalls.ReadText(PathOf(name), ValueBytesMax)?.Trim() is { } value ? string.Join(' ', value.Split('\t', ' ')) : null;

    /// <exception cref="StepFailedException">There is none.</exception>
    public static string Read(string name) => Find(name) ?? throw new StepFailedException($"there is no kernel parameter {name} here");

    public static void Write(string name, string value)
    {
        var path = PathOf(name);
        var descriptor = WriteCalls.Open(path, WriteCalls.OpenWriteOnly | WriteCalls.OpenCloseOnExec, 0);
        if (descriptor < 0)
        {
            throw StepFailedException.OfCall($"cannot open {path}");
        }

        try
        {
            AtomicFile.Write(descriptor, Encoding.ASCII.GetBytes(value + "\n"), path);
        }
        finally
        {
            _ = WriteCalls.Close(descriptor);
        }
    }

    private static string PathOf(string name) => "/proc/sys/" + name.Replace('.', '/');
}
