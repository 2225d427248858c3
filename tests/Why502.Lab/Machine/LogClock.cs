namespace Why502.Lab.Machine;

/// <summary>Time as logs tell it. What can be waited for as a state is waited for by <see cref="Poll"/>.</summary>
public static class LogClock
{
    /// <summary>Starts of processes and changes of files are compared with logs by a second, and measured by ten milliseconds.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(200);

    /// <summary>Logs cut the second off: what comes next shares none with what came before, nor one beside it.</summary>
    public static void Pass(int seconds = 1) => Thread.Sleep(TimeSpan.FromSeconds(seconds) + Margin);
}
