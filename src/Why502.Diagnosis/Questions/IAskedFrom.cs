namespace Why502.Diagnosis;

/// <summary>A question whose answer depends on the network namespace it is asked from.</summary>
public interface IAskedFrom
{
    /// <summary>A process in whose network namespace the address is meant (nginx in a container or in one of `ip netns`); 0 is our own.</summary>
    int ThroughPid { get; }
}
