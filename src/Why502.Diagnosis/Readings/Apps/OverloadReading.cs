namespace Why502.Diagnosis.Readings;

/// <summary>An app that is kept from running: what it takes long for, and how busy its workers are, is then no property of its own.</summary>
public static class OverloadReading
{
    /// <summary>The control group that was stopped in most of its periods just now, because its share of the processors was used up; null when none was.</summary>
    public static ThrottledGroup? Throttled(MachinePressureFact? pressure)
        => pressure?.Groups.FirstOrDefault(group => group.Periods > 1 && group.Throttled * 2 >= group.Periods);

    /// <summary>Weighs against a cause that would have the app itself slow or busy.</summary>
    public static void WeighAgainst(Incident incident, Observations seen, Scales scales, Weight.Step step)
        => scales.Weigh(seen.Ask(LimitReading.PressureOf(incident, seen)), pressure => Throttled(pressure) is { } group
            ? step.Against($"control group {group.Path} was stopped in {group.Throttled} of {group.Periods} periods just now: its apps wait for a processor")
            : Weight.None);
}
