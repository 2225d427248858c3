using Why502.Logs;
using Why502.Traffic.Sketches;

namespace Why502.Traffic.Windows;

/// <summary>Rows of one group.</summary>
/// <param name="form">What they agree in.</param>
internal sealed class GroupCounter(AccessGroup form)
{
    private const int SamplesMax = 3;
    private const double Seconds = 1000;

    private readonly QuantileSketch _request = new();
    private readonly QuantileSketch _response = new();
    private readonly QuantileSketch _header = new();
    private readonly QuantileSketch _connect = new();
    private readonly DistinctCount _clients = new();
    private readonly List<LogLine> _samples = [];
    private long _first = long.MaxValue;
    private long _last = long.MinValue;

    public AccessGroup Form => form;

    public long Count { get; set; }

    public bool WantsSample => _samples.Count < SamplesMax;

    public void AddSample(LogLine line) => _samples.Add(line);

    /// <param name="time">Seconds since 1970.</param>
    public void At(long time) => (_first, _last) = (Math.Min(_first, time), Math.Max(_last, time));

    public void AddClient(ReadOnlySpan<byte> address) => _clients.Add(TextHash.Of(address));

    /// <param name="milliseconds">Of the whole request; -1 where it was not logged.</param>
    public void AddTimes(int milliseconds, ReadOnlySpan<byte> responses, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> connects)
    {
        if (milliseconds >= 0)
        {
            _request.Add((uint)milliseconds);
        }

        Add(_response, responses);
        Add(_header, headers);
        Add(_connect, connects);
    }

    public AccessGroup Finish() => form with
    {
        Count = Count,
        First = _first == long.MaxValue ? null : DateTimeOffset.FromUnixTimeSeconds(_first),
        Last = _last == long.MinValue ? null : DateTimeOffset.FromUnixTimeSeconds(_last),
        RequestTime = TimingOf(_request),
        UpstreamResponseTime = TimingOf(_response),
        UpstreamHeaderTime = TimingOf(_header),
        UpstreamConnectTime = TimingOf(_connect),
        Clients = _clients.ToList(),
        Samples = [.. _samples],
    };

    private static void Add(QuantileSketch sketch, ReadOnlySpan<byte> list)
    {
        while (UpstreamList.Next(ref list, out ReadOnlySpan<byte> entry))
        {
            if (Engine.Digits.AnyMilliseconds(entry) is >= 0 and int time)
            {
                sketch.Add((uint)time);
            }
        }
    }

    private static Timing? TimingOf(QuantileSketch sketch) => sketch.Count == 0 ? null : new Timing(
        sketch.Min / Seconds, sketch.Quantile(0.5) / Seconds, sketch.Quantile(0.95) / Seconds, sketch.Quantile(0.99) / Seconds, sketch.Max / Seconds, sketch.Count);
}
