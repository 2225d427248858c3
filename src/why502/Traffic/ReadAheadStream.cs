using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

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
    private readonly CancellationTokenSource closing;
    private readonly Thread reader;
    private readonly BlockingCollection<byte[]> free = [.. Enumerable.Range(0, BuffersMax).Select(_ => new byte[BufferBytes])];
    private readonly BlockingCollection<(byte[] Buffer, int Count, Exception? Failure)> filled = [];
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
        closing = CancellationTokenSource.CreateLinkedTokenSource(stop);
        reader = new Thread(ReadAhead) { IsBackground = true, Name = "read ahead" };
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
            closing.Cancel();
            if (isWaitedFor)
            {
                reader.Join();
                closing.Dispose();
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
            free.Add(current);
        }

        (at, count, current) = (0, 0, []);
        try
        {
            Exception? failure;
            (current, count, failure) = filled.Take(closing.Token);
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
                var buffer = free.Take(closing.Token);
                Exception? failure;
                (read, failure) = Fill(buffer);
                if (read > 0 || failure is null)
                {
                    filled.Add((buffer, read, null), CancellationToken.None);
                }

                if (failure is not null)
                {
                    filled.Add(([], 0, failure), CancellationToken.None);
                    return;
                }
            }
            while (read > 0);
        }
        catch (OperationCanceledException)
        {
            // Nobody waits any more.
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
            while (isWaitedFor && read > 0 && length < buffer.Length && !closing.IsCancellationRequested);
        }
        catch (Exception failure)
        {
            return (length, failure);
        }

        return (length, null);
    }
}
