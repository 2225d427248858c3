using Why502.Logs;
using Why502.Traffic.Engine;
using Why502.Traffic.Sketches;

namespace Why502.Traffic.Windows;

/// <summary>Failed attempts of requests that ended below 500 elsewhere, by node and status: the attempts that the tables count as hidden.</summary>
internal sealed class RetryTable
{
    private const int RetriesMax = 256;

    private readonly Dictionary<UInt128, HiddenRetry> _retries = [];

    public IReadOnlyList<HiddenRetry> All => [.. _retries.Values.OrderByDescending(retry => retry.Count)];

    public void Add(ReadOnlySpan<byte> addresses, ReadOnlySpan<byte> statuses, in Row row, ReadOnlySpan<byte> route)
    {
        while (UpstreamList.Next(ref addresses, out ReadOnlySpan<byte> address) && addresses.Length > 0)
        {
            UpstreamList.Next(ref statuses, out ReadOnlySpan<byte> attempt);
            if (UpstreamList.Number(attempt) is >= 500 and < 600 and double status)
            {
                Count(address, (int)status, row, route);
            }
        }
    }

    private void Count(ReadOnlySpan<byte> address, int attempt, in Row row, ReadOnlySpan<byte> route)
    {
        Fingerprint print = Fingerprint.New();
        print.AddNumber(TextHash.Of(address));
        print.AddNumber((ulong)attempt);
        print.AddNumber((ulong)row.Status);
        DateTimeOffset? time = row.Minute == Row.NoMinute ? null : DateTimeOffset.FromUnixTimeSeconds(row.UnixTime);
        if (_retries.TryGetValue(print.Value, out HiddenRetry? known))
        {
            _retries[print.Value] = known with
            {
                Count = known.Count + 1,
                First = known.First is null || time < known.First ? time ?? known.First : known.First,
                Last = known.Last is null || time > known.Last ? time ?? known.Last : known.Last,
            };
        }
        else if (_retries.Count < RetriesMax)
        {
            _retries[print.Value] = new HiddenRetry
            {
                UpstreamAddr = ReportBuilder.Clean(address),
                AttemptStatus = attempt,
                FinalStatus = row.Status,
                Count = 1,
                First = time,
                Last = time,
                Route = ReportBuilder.Clean(route),
            };
        }
    }
}
