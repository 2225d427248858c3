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

        public void Add(in Span other) => (first, last) = (Math.Min(first, other.first), Math.Max(last, other.last));

        public readonly bool EndsAfter(long ticks) => last > ticks;
    }

    /// <summary>What changes with each record of a group.</summary>
    private struct Tally
    {
        public long Records;
        public Span Span;

        /// <summary>So many more records are counted before a sample may be wanted.</summary>
        public int Unsampled;
    }

    /// <summary>How much the records of a group have in common.</summary>
    private enum GroupScope
    {
        /// <summary>All that tells groups apart.</summary>
        Own,

        /// <summary>All but what clients choose.</summary>
        Rest,

        /// <summary>The message, nothing else.</summary>
        Message,
    }

    private sealed class Group
    {
        /// <summary>The record that the group is described by.</summary>
        public required ErrorLogRecord First;
        public required ErrorMessage Known;
        public required GroupScope Scope;
        public required Fingerprint Key;
        public Fingerprint Coarse;

        /// <summary>The family's number, unless only the message is told apart.</summary>
        public int Family;
        public Sample[] Samples = [];

        /// <summary>The bytes of the last sample, when it took the place of another one: the next one takes them.</summary>
        public byte[]? Latest;

        /// <summary>Takes in another group's: the oldest of both, and the latest.</summary>
        public void MergeSamples(Group other, int max)
        {
            Sample[] merged = [.. Samples, .. other.Samples];
            for (int end = 1; end < merged.Length; end++)
            {
                for (int at = end; at > 0 && Nullable.Compare(merged[at - 1].Time, merged[at].Time) > 0; at--)
                {
                    (merged[at - 1], merged[at]) = (merged[at], merged[at - 1]);
                }
            }

            Samples = merged.Length <= max ? merged : [.. merged.AsSpan(0, max - 1), merged[^1]];
            Latest = null;
        }
    }

    private void Count(int number, DateTime? time)
    {
        ref Tally tally = ref _tallies[number];
        tally.Records++;
        tally.Unsampled = Math.Max(tally.Unsampled - 1, 0);
        if (time is { } t)
        {
            Turn(t);
            tally.Span.Add(t.Ticks);
            _ofMinute[number]++;
        }
    }

    /// <summary>A record's bytes as they came: made fit for people when somebody wants to see them, which most samples never live to.</summary>
    private readonly record struct Sample(ReadOnlyMemory<byte> Bytes, LogPosition At, DateTime? Time)
    {
        public LogLine ToLine() => new(At, Time, Bytes);
    }

    /// <summary>The first ones and always the latest: the newest line is the one that says what is true now.</summary>
    private void AddSample(int number, Sample sample)
    {
        Group group = _groups[number];
        if (group.Samples.Length < samplesPerGroup)
        {
            Array.Resize(ref group.Samples, group.Samples.Length + 1);
        }

        group.Samples[^1] = sample;
    }

    /// <summary>The same of a plain record, whose bytes have to be copied: most of them will be overwritten by the next sample's.</summary>
    private void AddSample(int number, ReadOnlySpan<byte> text, LogPosition at)
    {
        Group group = _groups[number];
        if (group.Samples.Length < samplesPerGroup - 1)
        {
            AddSample(number, new Sample(text.ToArray(), at, _now));
            return;
        }

        if (group.Latest is null || group.Latest.Length < text.Length)
        {
            group.Latest = new byte[(text.Length | (LatestStep - 1)) + 1];
        }

        text.CopyTo(group.Latest);
        AddSample(number, new Sample(group.Latest.AsMemory(0, text.Length), at, _now));
    }

    /// <summary>Samples of nearly the same length fit into the same bytes.</summary>
    private const int LatestStep = 128;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool WantsSample(int number, long? ticks) =>
        (IsSparse(_tallies[number].Records) && samplesPerGroup > 0 && !(ticks is { } time && _tallies[number].Span.EndsAfter(time))) || _groups[number].Samples.Length < samplesPerGroup;

    /// <summary>The number of records until a sample may be wanted again, after one was looked at.</summary>
    private int UnsampledAfter(int number) =>
        _tallies[number].Records < 15 || _groups[number].Samples.Length < samplesPerGroup ? 0 : SampleDistance - (int)(_tallies[number].Records & (SampleDistance - 1));

    /// <summary>Keeping a sample costs more than counting, so the latest one is refreshed at growing distances.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSparse(long count) => count < 16 || (count & (SampleDistance - 1)) == 0;

    private const int SampleDistance = 1024;
}
