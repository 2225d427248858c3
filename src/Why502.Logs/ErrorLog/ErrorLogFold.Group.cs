using System.Runtime.CompilerServices;

namespace Why502.Logs;

public sealed partial class ErrorLogFold
{
    /// <summary>The first and the last of some times, in ticks; records without a time do not change it.</summary>
    private struct Span
    {
        private long first;
        private long last;

        public static Span None => new() { first = long.MaxValue, last = long.MinValue };

        public readonly DateTime? First => last == long.MinValue ? null : new DateTime(first);

        public readonly DateTime? Last => last == long.MinValue ? null : new DateTime(last);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(long ticks)
        {
            first = Math.Min(first, ticks);
            last = Math.Max(last, ticks);
        }

        public readonly bool EndsAfter(long ticks) => last > ticks;
    }

    /// <summary>What changes with each record of a group.</summary>
    private struct Tally
    {
        public long Records;
        public Span Span;

        public MinuteSpan Minutes;
        public int SamplesKept;
        public bool HasAllConnections;
    }

    private sealed class Group
    {
        public required ErrorGroup Form;
        public readonly DistinctNumbers Connections = new(ConnectionsMax);
        public readonly List<Sample> Samples = [];
    }

    private void CountConnection(ref Tally tally, int number, long connection)
    {
        DistinctNumbers connections = _groups[number].Connections;
        connections.Add(connection);
        tally.HasAllConnections = connections.IsFull;
    }

    private void Count(int number, DateTime? time, long? connection)
    {
        ref Tally tally = ref _tallies[number];
        tally.Records++;
        if (time is { } t)
        {
            Turn(t);
            tally.Span.Add(t.Ticks);
            _ofMinute[number]++;
        }

        if (connection is { } c)
        {
            CountConnection(ref tally, number, c);
        }
    }

    /// <summary>A record's bytes as they came: made fit for people when somebody wants to see them, which most samples never live to.</summary>
    private readonly record struct Sample(ReadOnlyMemory<byte> Bytes, LogPosition At, DateTime? Time)
    {
        public LogLine ToLine() => new(At.File, At.Line, Time, Redactor.Text(Sanitizer.Line(Bytes.Span)));
    }

    /// <summary>The first ones and always the latest: the newest line is the one that says what is true now.</summary>
    private void AddSample(int number, Sample sample)
    {
        List<Sample> samples = _groups[number].Samples;
        if (samples.Count < samplesPerGroup)
        {
            samples.Add(sample);
            _tallies[number].SamplesKept++;
        }
        else
        {
            samples[^1] = sample;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool WantsSample(in Tally tally, long? ticks) =>
        (IsSparse(tally.Records) && samplesPerGroup > 0 && !(ticks is { } time && tally.Span.EndsAfter(time))) || tally.SamplesKept < samplesPerGroup;

    /// <summary>Keeping a sample costs more than counting, so the latest one is refreshed at growing distances.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSparse(long count) => count < 16 || (count & 1023) == 0;
}
