namespace Why502.Nginx.Checks;

/// <summary>What was seen outside: yes, no with the reason in the system's words, or nothing because nobody looked.</summary>
/// <param name="Reason">As nginx appends it: <c>(2: No such file or directory)</c>.</param>
public readonly record struct Sight(bool? Holds, string? Reason)
{
    public static Sight Yes { get; } = new(true, null);

    public static Sight Unobserved { get; } = new(null, null);

    public static Sight No(string reason) => new(false, reason);

    /// <summary>Somebody looked, and it is not so.</summary>
    public bool Fails => Holds == false;
}
