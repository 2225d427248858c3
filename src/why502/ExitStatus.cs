namespace Why502.Cli;

/// <summary>The contract of the exit status.</summary>
internal static class ExitStatus
{
    public const int Healthy = 0;

    /// <summary>Faulty or unknown; for explain: not recognised.</summary>
    public const int Faulty = 1;

    /// <summary>Wrong usage, or the command itself failed.</summary>
    public const int Failed = 2;
}

/// <summary>Something the user has to change before the command can work. The message says what, and what to do.</summary>
internal sealed class UsageException(string message) : Exception(message);
