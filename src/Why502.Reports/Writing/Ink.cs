namespace Why502.Reports;

/// <summary>What a run of text means; a terminal may colour it, and without colour it reads the same.</summary>
public enum Ink
{
    Plain,

    /// <summary>The answer itself.</summary>
    Strong,

    /// <summary>The cause, and what is broken.</summary>
    Fault,

    /// <summary>What proves that something works, and added lines of a diff.</summary>
    Proof,

    /// <summary>What is not certain.</summary>
    Doubt,

    /// <summary>Where something stands: file, line, time.</summary>
    Faint,
}

/// <summary>A piece of a line with one meaning.</summary>
public readonly record struct Run(Ink Ink, string Text);
