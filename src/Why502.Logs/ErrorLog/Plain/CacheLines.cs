using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Why502.Logs;

/// <summary>
/// A table whose elements lie in one of the processor's cache lines each. What is looked up for each of millions of records waits for memory, not for
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
        bytes = GC.AllocateArray<byte>((length * Unsafe.SizeOf<T>()) + Line, pinned: true);
        start = -Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0) & (Line - 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(Line % Unsafe.SizeOf<T>(), 0);
    }

    public int Length { get; }

    public ref T this[nint index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.As<byte, T>(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(bytes), start + (index * Unsafe.SizeOf<T>())));
    }

    /// <summary>Has the element fetched, without waiting for it, where the processor can be asked to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Prefetch(nint index)
    {
        if (Sse.IsSupported)
        {
            // The array is pinned.
            Sse.Prefetch0(Unsafe.AsPointer(ref this[index]));
        }
    }
}
