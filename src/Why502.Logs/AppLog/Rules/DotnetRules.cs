namespace Why502.Logs;

/// <summary>The .NET runtime's last words (excep.cpp, eepolicy.cpp) and Kestrel's (CoreStrings.resx).</summary>
internal static class DotnetRules
{
    public static AppRule[] All { get; } =
    [
        new("System.OutOfMemoryException", AppEventKind.MemoryExhausted),

        // The runtime prints the word with a full stop and aborts; Kestrel and its middleware say "An unhandled exception …" and answer 500.
        new("Unhandled exception. ", AppEventKind.ProcessAborted, static (t, at, e) => e with { Process = "dotnet", Signal = 6 }),
        // .NET Core up to 2.2, and .NET Framework's words on Mono: the type's full name follows.
        new("Unhandled Exception: ", AppEventKind.ProcessAborted, static (t, at, e) =>
            t.AsSpan(at).StartsWith("Unhandled Exception: ", StringComparison.Ordinal) && TextScan.WordAfter(t, "Unhandled Exception: ", at) is { } type && type.Contains('.') && type.EndsWith("Exception", StringComparison.Ordinal)
                ? e with { Process = "dotnet", Signal = 6 } : null),
        new("Fatal error. ", AppEventKind.ProcessAborted, static (t, at, e) => at == 0 ? e with { Process = "dotnet" } : null),
        new("Process terminated.", AppEventKind.ProcessAborted, static (t, at, e) => at == 0 ? e with { Process = "dotnet" } : null),
        new("Request body too large", AppEventKind.RequestTooLarge, static (t, at, e) => e with { Value = TextScan.NumberAfter(t, "max request body size is ", at) }),
        new("Request headers too long", AppEventKind.RequestTooLarge),
        new("Application is shutting down...", AppEventKind.ServerStopped),
        new("Application started. Press Ctrl+C", AppEventKind.ServerStarted),
    ];
}
