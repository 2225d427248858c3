using System.Runtime.CompilerServices;

namespace Why502.Traffic.Engine;

/// <summary>Rows per status, in pages of a hundred: few of the thousand possible ones occur.</summary>
internal sealed class StatusCounts
{
    private const int PageSize = 100;
    private readonly long[]?[] _pages = new long[]?[10];

    /// <param name="status">0 to 999; 0 stands for a dash.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int status, long count = 1) => (_pages[status / PageSize] ??= new long[PageSize])[status % PageSize] += count;

    public long this[int status] => _pages[status / PageSize]?[status % PageSize] ?? 0;

    public void Merge(StatusCounts other)
    {
        foreach ((int status, long count) in other.All())
        {
            Add(status, count);
        }
    }

    public IEnumerable<(int Status, long Count)> All()
    {
        for (int status = 0; status < PageSize * _pages.Length; status++)
        {
            if (this[status] is > 0 and long count)
            {
                yield return (status, count);
            }
        }
    }

    /// <summary>Rows with a status from one to another, both included.</summary>
    public long Between(int from, int to) => All().Where(s => s.Status >= from && s.Status <= to).Sum(s => s.Count);
}
