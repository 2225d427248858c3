using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Why502.Logs;

namespace Why502.Cli.Traffic;

/// <summary>
/// Has a thread of its own read what comes next, so that reading or unpacking runs beside the counting. It can be left: whoever waits for the next bytes is let go when the
/// work is stopped, and finds the end there.
/// </summary>
internal sealed class ReadAheadStream : ForwardStream
{
    private const int BufferBytes = 256 * 1024;
    private const int BuffersMax = 3;

    private readonly Stream source;
    private readonly bool isWaitedFor;
    private readonly CancellationTokenRegistration stopping;
    private readonly Thread reader;

    /// <summary>Guards what follows, and is signalled when it changes. A blocking collection would leave something behind for every buffer: tens of megabytes in a long stream.</summary>
    private readonly object gate = new();
    private readonly Queue<byte[]> free = new(Enumerable.Range(0, BuffersMax).Select(_ => new byte[BufferBytes]));
    private readonly Queue<(byte[] Buffer, int Count, Exception? Failure)> filled = new(BuffersMax + 1);
    private volatile bool isClosed;

    private byte[] current = [];
    private int at;
    private int count;
    private bool ended;

    /// <param name="source">Read by the other thread alone from now on.</param>
    /// <param name="isFile">Its bytes are there: buffers are filled before they are handed over, and the other thread has ended when this stream is closed. A pipe brings what it has,
    /// and nobody can tell when.</param>
    /// <param name="stop">Ends the waiting.</param>
    public ReadAheadStream(Stream source, bool isFile, CancellationToken stop)
    {
        (this.source, isWaitedFor) = (source, isFile);
        reader = new Thread(ReadAhead) { IsBackground = true, Name = "read ahead" };
        stopping = stop.Register(Stop);
        reader.Start();
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

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            stopping.Dispose();
            Stop();
            if (isWaitedFor)
            {
                reader.Join();
            }

            source.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>The next bytes; false at the end.</summary>
    private bool Next()
    {
        if (current.Length > 0)
        {
            Put(free, current);
        }

        (at, count, current) = (0, 0, []);
        if (!TryTake(filled, out var next))
        {
            ended = true;
            return false;
        }

        (current, count, var failure) = next;
        ended = count == 0;
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        return !ended;
    }

    private void ReadAhead()
    {
        int read;
        do
        {
            if (!TryTake(free, out var buffer))
            {
                return;
            }

            (read, var failure) = Fill(buffer);
            if (read > 0 || failure is null)
            {
                Put(filled, (buffer, read, null));
            }

            if (failure is not null)
            {
                Put(filled, ([], 0, failure));
                return;
            }
        }
        while (read > 0);
    }

    private void Put<T>(Queue<T> queue, T item)
    {
        lock (gate)
        {
            queue.Enqueue(item);
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Waits for the next; false when nobody waits any more.</summary>
    private bool TryTake<T>(Queue<T> queue, [MaybeNullWhen(false)] out T item)
    {
        lock (gate)
        {
            while (queue.Count == 0 && !isClosed)
            {
                Monitor.Wait(gate);
            }

            item = default;
            return !isClosed && queue.TryDequeue(out item);
        }
    }

    private void Stop()
    {
        lock (gate)
        {
            isClosed = true;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>What is good before a failure counts.</summary>
    private (int Count, Exception? Failure) Fill(byte[] buffer)
    {
        var length = 0;
        try
        {
            int read;
            do
            {
                read = source.Read(buffer.AsSpan(length));
                length += read;
            }
            while (isWaitedFor && read > 0 && length < buffer.Length && !isClosed);
        }
        catch (Exception failure)
        {
            return (length, failure);
        }

        return (length, null);
    }
}
