using System.Globalization;

namespace Why502.Diagnosis;

/// <summary>A kernel parameter, now and after the next boot.</summary>
internal static class KernelParameterFix
{
    /// <summary>After the distribution's own files, which are numbered 10 to 50 (sysctl.d(5)).</summary>
    public const string File = "/etc/sysctl.d/60-why502.conf";

    public static IEnumerable<FixStep> AtLeast(string name, long value, string why)
    {
        var text = value.ToString(CultureInfo.InvariantCulture);
        yield return new(why, $"sysctl -w {name}={text}") { Action = new RepairAction.Raise(name, value) };
        yield return Kept(name, text);
    }

    public static IEnumerable<FixStep> Range(string name, (int First, int Last) now, (int First, int Last) wanted, string why)
    {
        yield return new(why, string.Create(CultureInfo.InvariantCulture, $"sysctl -w {name}='{wanted.First} {wanted.Last}'"))
        {
            Action = new RepairAction.SetKernelParameter(name, string.Create(CultureInfo.InvariantCulture, $"{now.First} {now.Last}"), string.Create(CultureInfo.InvariantCulture, $"{wanted.First} {wanted.Last}")),
        };
        yield return Kept(name, string.Create(CultureInfo.InvariantCulture, $"{wanted.First} {wanted.Last}"));
    }

    private static FixStep Kept(string name, string value) => new($"{File} keeps it after a boot.") { Action = new RepairAction.EditSettings(File, [new("", name, value)]) };
}
