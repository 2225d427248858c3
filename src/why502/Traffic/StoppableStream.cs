using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Why502.Cli.Traffic;

/// <summary>
/// A pipe that can be left: whoever waits for its next bytes is let go when the work is stopped, and finds its end there. A thread of its own reads ahead, which also lets
/// unpacking and counting run beside the reading.
/// </summary>
internal sealed class StoppableStream : ForwardStream
{
    private const int BufferBytes = 256 * 1024;
    private const int BuffersMax = 3;

    private readonly Stream source;
    private readonly CancellationToken stop;
    private readonly BlockingCollection<byte[]> free = [.. Enumerable.Range(0, BuffersMax).Select(_ => new byte[BufferBytes])];
    private readonly BlockingCollection<(byte[] Buffer, int Count, Exception? Failure)> filled = [];
    private byte[] current = [];
    private int at;
    private int count;
    private bool ended;

    public StoppableStream(Stream source, CancellationToken stop)
    {
        (this.source, this.stop) = (source, stop);
        new Thread(ReadAhead) { IsBackground = true, Name = "pipe" }.Start();
    }

    public override int Read(Span<byte> buffer)
    {
        while (at == count)
        {
            if (ended || !Next())
            {
                return 0;
            }
        }

        var part = Math.Min(buffer.Length, count - at);
        current.AsSpan(at, part).CopyTo(buffer);
        at += part;
        return part;
    }

    /// <summary>The next bytes; false at the end.</summary>
    private bool Next()
    {
        if (current.Length > 0)
        {
            free.Add(current);
        }

        (at, count, current) = (0, 0, []);
        try
        {
            Exception? failure;
            (current, count, failure) = filled.Take(stop);
            ended = count == 0;
            if (failure is not null)
            {
                ExceptionDispatchInfo.Throw(failure);
            }
        }
        catch (OperationCanceledException)
        {
            ended = true;
        }

        return !ended;
    }

    private void ReadAhead()
    {
        try
        {
            int read;
            do
            {
                var buffer = free.Take(stop);
                read = source.Read(buffer);
                filled.Add((buffer, read, null), CancellationToken.None);
            }
            while (read > 0);
        }
        catch (OperationCanceledException)
        {
            // Nobody waits any more.
        }
        catch (Exception failure)
        {
            filled.Add(([], 0, failure), CancellationToken.None);
        }
    }
}
