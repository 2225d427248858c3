namespace Why502.Lab.Machine;

/// <summary>A scenario that did not come about, or a verdict that was not the right one.</summary>
public sealed class LabException : Exception
{
    public LabException(string message)
        : base(message)
    {
    }

    public LabException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
