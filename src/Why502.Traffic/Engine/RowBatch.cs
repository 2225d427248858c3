using System.Runtime.Intrinsics;

namespace Why502.Traffic.Engine;

/// <summary>
/// Rows of the usual form that came one after the other in one minute, read before they are counted: a column for each value, so that what all rows need is computed for several at once.
/// Enough rows to keep one loop going, few enough for the nearest cache.
/// </summary>
internal sealed unsafe class RowBatch
{
    public const int RowsMax = 64;

    private const int Columns = 18;

    private readonly int[] _cells = GC.AllocateArray<int>(Columns * RowsMax, pinned: true);
    private readonly ulong[] _hashes = GC.AllocateArray<ulong>(2 * RowsMax, pinned: true);

    public RowBatch()
    {
        fixed (int* first = _cells)
        {
            Cells = first;
        }

        fixed (ulong* first = _hashes)
        {
            ClientHash = first;
            PathHash = first + RowsMax;
        }
    }

    /// <summary>Each column's cells stand together: a row's is at the column's number plus the row's.</summary>
    public int* Cells { get; }

    /// <summary>Rows that are read as a whole.</summary>
    public int Count { get; private set; }

    /// <summary>Minutes since 1970.</summary>
    public long Minute { get; set; }

    /// <summary>Rows that a server was asked for; their numbers are in <see cref="Asked"/>.</summary>
    public int AskedCount { get; set; }

    /// <summary>Whether the times to connect and to the header are logged.</summary>
    public bool HasParts { get; set; }

    public const int Second = 0 * RowsMax;

    /// <summary>Below 499; the only attempt's status too.</summary>
    public const int Status = 1 * RowsMax;

    /// <summary>The known node that was asked, or -1.</summary>
    public const int Upstream = 2 * RowsMax;

    /// <summary>Times are milliseconds, up to <see cref="TimeMax"/>; -1 where a dash stands or nothing is logged.</summary>
    public const int RequestTime = 3 * RowsMax;

    /// <summary>The times of attempts say nothing in rows that no server was asked for.</summary>
    public const int ResponseTime = 4 * RowsMax;

    /// <summary>Only where <see cref="HasParts"/>.</summary>
    public const int HeaderTime = 5 * RowsMax;
    public const int ConnectTime = 6 * RowsMax;

    /// <summary>Where host (which may have no length), client and request begin in the block, and their lengths.</summary>
    public const int Host = 7 * RowsMax;
    public const int HostLength = 8 * RowsMax;
    public const int Client = 9 * RowsMax;
    public const int ClientLength = 10 * RowsMax;
    public const int Request = 11 * RowsMax;
    public const int RequestLength = 12 * RowsMax;

    /// <summary>What the tables of frequent values make of the request. The length is -1 when there is no path.</summary>
    public const int Path = 13 * RowsMax;
    public const int PathLength = 14 * RowsMax;

    public const int Asked = 15 * RowsMax;

    /// <summary>Where what nginx measured begins, and the row's newline.</summary>
    public const int Rest = 16 * RowsMax;
    public const int End = 17 * RowsMax;

    public const int TimeMax = 9999;

    public ulong* ClientHash { get; }

    public ulong* PathHash { get; }

    /// <summary>The first and the last second, how many rows have a request time, and these times' sum.</summary>
    public void Sum(out int early, out int late, out int timed, out int time)
    {
        Vector256<int> first = Vector256.Create(int.MaxValue);
        Vector256<int> last = Vector256<int>.Zero;
        Vector256<int> absent = Vector256<int>.Zero;
        Vector256<int> sum = Vector256<int>.Zero;
        int i = 0;
        for (; i <= Count - Vector256<int>.Count; i += Vector256<int>.Count)
        {
            Vector256<int> seconds = Vector256.Load(Cells + Second + i);
            Vector256<int> times = Vector256.Load(Cells + RequestTime + i);
            first = Vector256.Min(first, seconds);
            last = Vector256.Max(last, seconds);
            absent += times >> 31;
            sum += Vector256.Max(times, Vector256<int>.Zero);
        }

        (early, late) = (first[0], last[0]);
        for (int lane = 1; lane < Vector256<int>.Count; lane++)
        {
            early = Math.Min(early, first[lane]);
            late = Math.Max(late, last[lane]);
        }

        timed = i + Vector256.Sum(absent);
        time = Vector256.Sum(sum);
        for (; i < Count; i++)
        {
            early = Math.Min(early, Cells[Second + i]);
            late = Math.Max(late, Cells[Second + i]);
            timed += Cells[RequestTime + i] >= 0 ? 1 : 0;
            time += Math.Max(Cells[RequestTime + i], 0);
        }
    }

    /// <summary>Rows of which only the heads are read; between them and the whole ones is one that is to be read otherwise.</summary>
    public int HeadsBehind { get; private set; }

    private int _headsFrom;

    /// <param name="heads">Rows of which the heads were read.</param>
    /// <param name="whole">Those of them that are read as a whole; the one behind is of another form.</param>
    public void Hold(int heads, int whole) => (Count, _headsFrom, HeadsBehind) = (whole, whole + 1, Math.Max(heads - whole - 1, 0));

    /// <summary>The text has moved: no row is read.</summary>
    public void Clear() => Hold(0, 0);

    /// <summary>Makes the heads behind the rows the batch's first; answers how many there are.</summary>
    public int TakeHeadsBehind()
    {
        for (int column = 0; column < Columns * RowsMax; column += RowsMax)
        {
            new ReadOnlySpan<int>(Cells + column + _headsFrom, HeadsBehind).CopyTo(new Span<int>(Cells + column, HeadsBehind));
        }

        return HeadsBehind;
    }

    /// <summary>Leaves out rows that are too early or too late, in seconds since 1970.</summary>
    public void Keep(long since, long until)
    {
        long begin = Minute * 60;
        if (since <= begin && until >= begin + 59)
        {
            return;
        }

        int kept = 0;
        AskedCount = 0;
        for (int i = 0; i < Count; i++)
        {
            if (begin + Cells[Second + i] < since || begin + Cells[Second + i] > until)
            {
                continue;
            }

            for (int column = 0; column < Path; column += RowsMax)
            {
                Cells[column + kept] = Cells[column + i];
            }

            Cells[Asked + AskedCount] = kept;
            AskedCount += Cells[Upstream + kept] >= 0 ? 1 : 0;
            kept++;
        }

        Count = kept;
    }
}
