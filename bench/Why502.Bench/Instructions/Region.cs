using System.Runtime.InteropServices;

namespace Why502.Bench.Instructions;

/// <summary>
/// A stretch of one thread's work whose instructions are counted: by the processor where it counts (perf_event_open), else by the parent process, which is told of
/// both ends by signals that never arrive (<see cref="Tracer"/>).
/// </summary>
internal sealed partial class Region : IDisposable
{
    public const int BeginSignal = 10; // SIGUSR1
    public const int EndSignal = 12; // SIGUSR2

    private const int SysGetTid = 186;
    private const int SysTgkill = 234;
    private const int SysPerfEventOpen = 298;
    private const uint HardwareType = 0;
    private const ulong InstructionsEvent = 1;
    private const ulong ExcludeKernelAndHypervisor = (1 << 5) | (1 << 6);
    private const uint AttributesSize = 64; // PERF_ATTR_SIZE_VER0, linux/perf_event.h

    private readonly int _counter;
    private long _began;

    public Region()
    {
        Thread = (int)Syscall(SysGetTid, 0, 0, 0, 0, 0);
        _counter = Open();
        // The way to the signals is compiled before it is counted.
        Signal(0);
    }

    public int Thread { get; }

    /// <summary>Whether the processor counts.</summary>
    public bool HasCounter => _counter >= 0;

    /// <summary>What the processor counted in all regions.</summary>
    public long Counted { get; private set; }

    public void Begin()
    {
        if (HasCounter)
        {
            _began = ReadCounter();
            return;
        }

        Signal(BeginSignal);
    }

    public void End()
    {
        if (HasCounter)
        {
            Counted += ReadCounter() - _began;
            return;
        }

        Signal(EndSignal);
    }

    public void Dispose()
    {
        if (HasCounter)
        {
            _ = Close(_counter);
        }
    }

    private void Signal(int signal) => Syscall(SysTgkill, Environment.ProcessId, Thread, signal, 0, 0);

    private long ReadCounter() => Read(_counter, out long count, sizeof(long)) == sizeof(long) ? count : throw new InvalidOperationException("The counter cannot be read.");

    private static unsafe int Open()
    {
        Attributes attributes = new() { Type = HardwareType, Size = AttributesSize, Config = InstructionsEvent, Flags = ExcludeKernelAndHypervisor };
        return (int)Syscall(SysPerfEventOpen, (nint)(&attributes), 0, -1, -1, 0);
    }

    [StructLayout(LayoutKind.Sequential, Size = (int)AttributesSize)]
    private struct Attributes
    {
        public uint Type;
        public uint Size;
        public ulong Config;
        public ulong SamplePeriod;
        public ulong SampleType;
        public ulong ReadFormat;
        public ulong Flags;
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Syscall(nint number, nint first, nint second, nint third, nint fourth, nint fifth);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int file, out long value, nint size);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
