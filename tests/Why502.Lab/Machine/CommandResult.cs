namespace Why502.Lab.Machine;

/// <summary>A command that ran to its end inside a lab machine.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Errors, TimeSpan Took);
