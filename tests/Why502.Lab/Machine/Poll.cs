using System.Diagnostics;

namespace Why502.Lab.Machine;

/// <summary>Waits for a condition by asking again, so that nothing sleeps longer than it has to.</summary>
public static class Poll
{
    public static void Until(Func<bool> condition, string what, double seconds = 10)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed.TotalSeconds > seconds)
            {
                throw new LabException($"waited {seconds} s in vain for {what}");
            }

            Thread.Sleep(10);
        }
    }

    /// <summary>Waits until a file is there and holds the text.</summary>
    public static void ForText(string file, string text, double seconds = 20) =>
        Until(() => File.Exists(file) && File.ReadAllText(file).Contains(text, StringComparison.Ordinal), $"'{text}' in {file}", seconds);
}
