namespace Why502.Logs;

/// <summary>HotSpot (vmError.cpp), Tomcat (catalina's and coyote's LocalStrings.properties) and Spring Boot.</summary>
internal static class JvmRules
{
    public static AppRule[] All { get; } =
    [
        // Jetty, http/HttpParser.java: 431 for a request whose header does not fit.
        new("Header is too large ", AppEventKind.RequestTooLarge, static (t, at, e) => t.IndexOf('>', at) > at + 20 && TextScan.NumberAt(t, at + 20) is { } ? e : null),
        new("java.lang.OutOfMemoryError", AppEventKind.MemoryExhausted),
        new("There is insufficient memory for the Java Runtime Environment", AppEventKind.MemoryExhausted),
        new("A fatal error has been detected by the Java Runtime Environment", AppEventKind.ProcessAborted, static (t, at, e) => e with { Process = "java" }),
        new("SizeLimitExceededException", AppEventKind.RequestTooLarge),
        new("MaxUploadSizeExceededException", AppEventKind.RequestTooLarge),
        new("Request header is too large", AppEventKind.RequestTooLarge),
        new("Server startup in ", AppEventKind.ServerStarted),
        new("Stopping ProtocolHandler [\"http", AppEventKind.ServerStopped),
        new("Destroying ProtocolHandler [\"http", AppEventKind.ServerStopped),
        new("APPLICATION FAILED TO START", AppEventKind.StartFailed),
        new("Starting ProtocolHandler [\"http", AppEventKind.ListeningOn, static (t, at, e) =>
            TextScan.Between(t, "[\"", "\"]", at) is { } name && name.LastIndexOf('-') is > 0 and int dash && TextScan.NumberAt(name, dash + 1) is { } port
                ? e with { Port = (int)port, Address = ":" + port } : null),
    ];
}
