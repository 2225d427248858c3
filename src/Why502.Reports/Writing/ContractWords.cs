using Why502.Diagnosis;

namespace Why502.Reports;

/// <summary>The words of the JSON contract. They are stable, whatever the types are called.</summary>
public static class ContractWords
{
    public const string SchemaId = "why502/diagnosis/1";

    public static string Of(Verdict verdict) => verdict switch
    {
        Verdict.Healthy => "healthy",
        Verdict.Faulty => "faulty",
        _ => "unknown",
    };

    public static string Of(IncidentState state) => state switch
    {
        IncidentState.Current => "current",
        IncidentState.Intermittent => "intermittent",
        _ => "recovered",
    };

    public static string Of(Phase phase) => phase switch
    {
        Phase.Resolve => "resolve",
        Phase.Connect => "connect",
        Phase.Tls => "tls",
        Phase.Send => "send",
        Phase.Header => "header",
        Phase.Body => "body",
        _ => "upgraded",
    };

    public static string Of(Side side) => side switch
    {
        Side.Client => "client",
        Side.Nginx => "nginx",
        _ => "upstream",
    };

    public static string Of(How how) => how switch
    {
        How.Refused => "refused",
        How.Reset => "reset",
        How.Closed => "closed",
        How.Timeout => "timeout",
        How.Invalid => "invalid",
        How.Limit => "limit",
        _ => "denied",
    };

    public static string Of(Origin origin) => origin switch
    {
        Origin.Nginx => "nginx",
        Origin.Upstream => "upstream",
        _ => "client",
    };

    public static IReadOnlyList<string> Verdicts { get; } = [.. Enum.GetValues<Verdict>().Select(Of)];

    public static IReadOnlyList<string> States { get; } = [.. Enum.GetValues<IncidentState>().Select(Of)];

    public static IReadOnlyList<string> Phases { get; } = [.. Enum.GetValues<Phase>().Select(Of)];

    public static IReadOnlyList<string> Sides { get; } = [.. Enum.GetValues<Side>().Select(Of)];

    public static IReadOnlyList<string> Hows { get; } = [.. Enum.GetValues<How>().Select(Of)];

    public static IReadOnlyList<string> Origins { get; } = [.. Enum.GetValues<Origin>().Select(Of)];

    public static IReadOnlyList<string> SourceWords { get; } =
        [Sources.ErrorLog, Sources.AccessLog, Sources.Config, Sources.Machine, Sources.Probe, Sources.AppLog, Sources.KernelLog];
}
