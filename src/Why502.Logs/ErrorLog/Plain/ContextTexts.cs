using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Why502.Logs;

/// <summary>What nginx writes between the values of a record, compared at once. A text that ends in a quote says where the next mark is.</summary>
internal static class ContextTexts
{
    /// <summary><c>[error]</c> with the blank in front.</summary>
    public const ulong Error = 0x5D726F7272655B20;

    /// <summary><c>[warn]</c>, <c>[crit]</c> and <c>[info]</c> with the blanks around them.</summary>
    public const ulong Warn = 0x205D6E7261775B20;
    public const ulong Crit = 0x205D746972635B20;
    public const ulong Info = 0x205D6F666E695B20;

    /// <summary>The end of every record that ends in a quoted value, as a number of two bytes.</summary>
    public const ushort QuoteAndLineFeed = 0x0A22;

    /// <summary>A socket's path follows; five letters.</summary>
    public const ulong Socket = 0x3A78696E75;
    public const ulong SocketMask = 0xFFFFFFFFFF;

    /// <summary>Zero when the bytes at this place are the text, whose unused end is zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Difference(ref byte block, nint at, Vector128<byte> text, Vector128<byte> mask) =>
        (Vector128.LoadUnsafe(ref Unsafe.Add(ref block, at)) ^ text) & mask;

    public static Vector128<byte> Client
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create(", client: \0\0\0\0\0\0"u8);
    }

    public static Vector128<byte> Server
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create(", server: \0\0\0\0\0\0"u8);
    }

    public static Vector128<byte> ServerMask
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create((byte)255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0);
    }

    public static Vector128<byte> Request
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create(", request: \"\0\0\0\0"u8);
    }

    public static Vector128<byte> RequestMask
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create((byte)255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0);
    }

    /// <summary>Behind the request's last letters: digits up to 3 are versions.</summary>
    public static Vector128<byte> Version
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create(" HTTP/0.0\"\0\0\0\0\0\0"u8);
    }

    public static Vector128<byte> VersionMask
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create((byte)255, 255, 255, 255, 255, 255, 252, 255, 252, 255, 0, 0, 0, 0, 0, 0);
    }

    public static Vector128<byte> Upstream
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create("\", upstream: \"\0\0"u8);
    }

    public static Vector128<byte> Referrer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create("\", referrer: \"\0\0"u8);
    }

    public static Vector128<byte> LongMask
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create((byte)255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0);
    }

    public static Vector128<byte> Host
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create("\", host: \"\0\0\0\0\0\0"u8);
    }

    public static Vector128<byte> HostMask
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ServerMask;
    }
}
