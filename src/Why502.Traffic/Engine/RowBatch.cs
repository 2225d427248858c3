using System.Runtime.Intrinsics;

namespace Why502.Traffic.Engine;

/// <summary>
/// Rows of the usual form that came one after the other in one minute, read before they are counted: a column for each value, so that what all rows need is computed for several at once.
/// Enough rows to keep one loop going, few enough for the nearest cache.
/// </summary>
internal sealed unsafe class RowBatch
{
    public const int RowsMax = 64;

    private const int Columns = 20;

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

    /// <summary>Rows whose heads are read. All but those that are set <see cref="Aside"/> are read as a whole.</summary>
    public int Count { get; set; }

    /// <summary>Rows that are to be read otherwise; their numbers are in <see cref="Aside"/>, in order.</summary>
    public int AsideCount { get; set; }

    /// <summary>Minutes since 1970.</summary>
    public long Minute { get; set; }

    /// <summary>Rows that a server was asked for; their numbers are in <see cref="Asked"/>.</summary>
    public int AskedCount { get; set; }

    /// <summary>Whether the times to connect and to the header are logged.</summary>
    public bool HasParts { get; set; }

    public const int Second = 0 * RowsMax;

    /// <summary>Below 499 in rows that are read as a whole; the only attempt's status too.</summary>
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

    /// <summary>Where what nginx measured begins, or the row itself when it is set aside; and the row's newline.</summary>
    public const int Rest = 16 * RowsMax;
    public const int End = 17 * RowsMax;

    /// <summary>The letters of the method, or <see cref="NoMethod"/>: the request is not made as nearly all are.</summary>
    public const int Method = 18 * RowsMax;
    public const int NoMethod = -1;

    public const int Aside = 19 * RowsMax;

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

    /// <summary>Gives rows that are set aside the second and the status of one that is not, whose row is answered, so that loops need not ask; -1 when there is none.</summary>
    public int HideAside()
    {
        int shown = 0;
        while (shown < AsideCount && Cells[Aside + shown] == shown)
        {
            shown++;
        }

        if (shown == Count)
        {
            return -1;
        }

        for (int i = 0; i < AsideCount; i++)
        {
            int row = Cells[Aside + i];
            (Cells[Second + row], Cells[Status + row]) = (Cells[Second + shown], Cells[Status + shown]);
        }

        return shown;
    }

    /// <summary>Leaves a row and all behind it.</summary>
    public void Cut(int row)
    {
        Count = row;
        AskedCount = Below(Asked, AskedCount, row);
        AsideCount = Below(Aside, AsideCount, row);
    }

    private int Below(int column, int count, int row)
    {
        while (count > 0 && Cells[column + count - 1] >= row)
        {
            count--;
        }

        return count;
    }

    /// <summary>Leaves out rows that are too early or too late, in seconds since 1970, but none that is set aside.</summary>
    public void Keep(long since, long until)
    {
        long begin = Minute * 60;
        if (since <= begin && until >= begin + 59)
        {
            return;
        }

        int kept = 0;
        int aside = 0;
        AskedCount = 0;
        for (int i = 0; i < Count; i++)
        {
            bool isAside = aside < AsideCount && Cells[Aside + aside] == i;
            if (!isAside && (begin + Cells[Second + i] < since || begin + Cells[Second + i] > until))
            {
                continue;
            }

            for (int column = 0; column < Columns * RowsMax; column += RowsMax)
            {
                if (column is not (Asked or Aside))
                {
                    Cells[column + kept] = Cells[column + i];
                }
            }

            Cells[Asked + AskedCount] = kept;
            AskedCount += Cells[Upstream + kept] >= 0 ? 1 : 0;
            Cells[Aside + aside] = isAside ? kept : Cells[Aside + aside];
            aside += isAside ? 1 : 0;
            kept++;
        }

        Count = kept;
    }
}
