using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Why502.Logs;

/// <summary>
/// A table whose elements begin where the processor's cache lines begin. What is looked up for each of millions of records waits for memory, not for
/// instructions: an element that lies in one line is one wait. Indexes are not checked.
/// </summary>
internal sealed class CacheLines<T>
    where T : unmanaged
{
    private const int Line = 64;

    private readonly byte[] bytes;
    private readonly nint start;

    public CacheLines(int length)
    {
        Length = length;
        bytes = GC.AllocateArray<byte>((length * Line) + Line, pinned: true);
        start = -Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0) & (Line - 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Unsafe.SizeOf<T>(), Line);
    }

    public int Length { get; }

    public ref T this[nint index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.As<byte, T>(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(bytes), start + (index * Line)));
    }
}
