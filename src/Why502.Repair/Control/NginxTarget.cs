namespace Why502.Repair;

/// <summary>The nginx that a repair is of: the program, how it was started, and the master that runs.</summary>
/// <param name="ConfigPath">Its main configuration file (<c>-c</c>).</param>
/// <param name="Prefix"><c>-p</c>, else the compiled-in prefix.</param>
/// <param name="Binary">Absolute path of the program that runs; null when it is not known.</param>
/// <param name="GlobalDirectives"><c>-g</c> of its command line.</param>
/// <param name="MasterPid">Null when it does not run.</param>
/// <param name="ErrorLogs">Files it writes what it thinks of a reload to.</param>
public sealed record NginxTarget(string ConfigPath, string Prefix, string? Binary, string? GlobalDirectives, int? MasterPid, string? Unit, IReadOnlyList<string> ErrorLogs);
