namespace Why502.Host.Probes;

/// <summary>The namespace that a probe should start from may not be entered; the probe is then unobserved.</summary>
internal sealed class NamespaceClosedException(int errno) : Exception($"setns: errno {errno}");
