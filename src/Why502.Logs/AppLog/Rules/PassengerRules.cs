namespace Why502.Logs;

/// <summary>Phusion Passenger, which runs in nginx and writes into its log (agent/Core/ApplicationPool/Implementation.cpp, agent/Core/Controller/).</summary>
internal static class PassengerRules
{
    public static AppRule[] All { get; } =
    [
        new("Could not spawn process for application ", AppEventKind.StartFailed, static (t, at, e) => e with { Source = TextScan.WordAfter(t, "for application ", at) }),
        new("Cannot checkout session because a spawning error occurred", AppEventKind.StartFailed),
        new("Sending 502 response: application did not send a complete response", AppEventKind.AnswerIncomplete),
    ];
}
