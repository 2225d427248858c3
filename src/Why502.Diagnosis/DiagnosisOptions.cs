namespace Why502.Diagnosis;

/// <summary>What the user asked for, as far as it changes which questions are asked.</summary>
public sealed record DiagnosisOptions
{
    /// <summary>Window for a live machine when nothing is said.</summary>
    public static readonly TimeSpan DefaultWindow = TimeSpan.FromMinutes(15);

    public string? ConfigPath { get; init; }

    /// <summary>Length of the log window; null reads everything that was given.</summary>
    public TimeSpan? Since { get; init; } = DefaultWindow;

    /// <summary>A GET to reproduce through nginx and straight to the upstream.</summary>
    public string? Url { get; init; }

    /// <summary>How long the reproduced request may take, in milliseconds.</summary>
    public int PatienceMs { get; init; } = 3000;
}
