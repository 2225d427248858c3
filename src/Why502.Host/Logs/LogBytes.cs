using Why502.Host.Kernel;

namespace Why502.Host.Logs;

/// <summary>The bytes of one log file, by offset.</summary>
internal abstract class LogBytes : IDisposable
{
    public abstract string File { get; }

    public abstract long Length { get; }

    /// <summary>Bytes that precede offset 0 and cannot be read any more.</summary>
    public virtual long Dropped => 0;

    /// <summary>Fewer than asked for only at the end; 0 beyond it.</summary>
    public abstract int Read(long offset, Span<byte> buffer);

    public virtual long NextData(long offset) => offset;

    public virtual void Dispose()
    {
    }
}

internal sealed class PlainLogBytes(PlainFile file) : LogBytes
{
    public override string File => file.Path;

    public override long Length => file.Status.Size;

    public override int Read(long offset, Span<byte> buffer) => offset >= Length ? 0 : file.Read(offset, buffer[..(int)Math.Min(buffer.Length, Length - offset)]);

    public override long NextData(long offset) => FileCalls.NextData(file.Handle, offset, Length);

    public override void Dispose()
    {
        file.Dispose();
        base.Dispose();
    }
}

/// <summary>The newest decompressed bytes of a .gz file.</summary>
internal sealed class MemoryLogBytes(string file, byte[] bytes, long dropped) : LogBytes
{
    public override string File => file;

    public override long Length => bytes.Length;

    public override long Dropped => dropped;

    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= bytes.Length)
        {
            return 0;
        }

        var count = (int)Math.Min(buffer.Length, bytes.Length - offset);
        bytes.AsSpan((int)offset, count).CopyTo(buffer);
        return count;
    }
}
