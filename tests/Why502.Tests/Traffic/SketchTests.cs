using FsCheck;
using FsCheck.Fluent;
using System.Text;
using Why502.Traffic.Engine;
using Why502.Traffic.Sketches;
using Xunit;

namespace Why502.Tests.Traffic;

/// <summary>Parts merge to the whole, and every stated error holds.</summary>
public class SketchTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Quantiles_AreWithinOnePerCent_AndPartsAddUp(int seed)
    {
        Random random = new(seed);
        List<uint> values = [.. Enumerable.Range(0, 20_000).Select(_ => (uint)Math.Exp(random.NextDouble() * Math.Log(4e9)))];
        QuantileSketch whole = new();
        QuantileSketch[] parts = [new(), new(), new()];
        foreach (uint value in values)
        {
            whole.Add(value);
            parts[random.Next(3)].Add(value);
        }

        parts[2].Merge(parts[0]);
        parts[2].Merge(parts[1]);
        values.Sort();
        foreach (double q in (double[])[0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1])
        {
            double truth = values[(int)Math.Max(0, Math.Ceiling(q * values.Count) - 1)];
            Assert.InRange(whole.Quantile(q), truth * 0.99, truth * 1.01);
            Assert.Equal(whole.Quantile(q), parts[2].Quantile(q));
        }

        Assert.Equal((whole.Count, whole.Sum, whole.Min, whole.Max), (parts[2].Count, parts[2].Sum, parts[2].Min, parts[2].Max));
        Assert.Equal(values.Sum(v => (long)v), whole.Sum);
    }

    /// <summary>Few values, buckets, and counts that no bucket's own room can hold: packed in between or not, what is added and merged later comes out the same.</summary>
    [Theory]
    [InlineData(100)]
    [InlineData(10_000)]
    [InlineData(400_000)]
    public void PackedQuantiles_GoOnWhereTheyWere(int count)
    {
        Random random = new(count);
        QuantileSketch plain = new();
        QuantileSketch packed = new();
        QuantileSketch other = new();
        for (int i = 0; i < count; i++)
        {
            uint value = (uint)random.Next(1 << random.Next(1, 20)) % 3;
            (i % 7 == 0 ? other : plain).Add(value);
            if (i % 7 != 0)
            {
                packed.Add(value);
            }
        }

        packed.Pack();
        packed.Add(70_000);
        plain.Add(70_000);
        packed.Pack();
        other.Pack();
        packed.Merge(other);
        plain.Merge(other);
        packed.Pack();
        Assert.Equal((plain.Count, plain.Sum, plain.Min, plain.Max), (packed.Count, packed.Sum, packed.Min, packed.Max));
        Assert.Equal(count + 1, packed.Count);
        Assert.All((double[])[0, 0.4, 0.5, 0.9, 1], q => Assert.Equal(plain.Quantile(q), packed.Quantile(q)));
        packed.Pack();
        packed.Clear();
        packed.Add(5);
        Assert.Equal((1, 5, 5), (packed.Count, packed.Sum, packed.Quantile(0.5)));
    }

    [Fact]
    public void ShortTimes_AreExact()
    {
        for (uint value = 0; value < 128; value++)
        {
            QuantileSketch one = new();
            one.Add(value);
            Assert.Equal(value, one.Quantile(0.5));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(5_000)]
    [InlineData(300_000)]
    public void DistinctValues_AreEstimatedWithinFourStandardErrors(int count)
    {
        DistinctSketch whole = new();
        DistinctSketch[] parts = [new(), new()];
        for (int i = 0; i < count; i++)
        {
            ulong hash = TextHash.Of(Encoding.ASCII.GetBytes($"/item/{i}"));
            whole.Add(hash);
            whole.Add(hash);
            parts[i % 2].Add(hash);
            parts[0].Add(hash);
        }

        parts[1].Merge(parts[0]);
        Assert.Equal(whole.Estimate(), parts[1].Estimate());
        Assert.InRange(whole.Estimate(), count * (1 - 4 * DistinctSketch.StandardError) - 1, count * (1 + 4 * DistinctSketch.StandardError) + 1);
    }

    [Fact]
    public void FrequentValues_FewerThanTheRoom_AreExactInAnyOrder()
    {
        Prop.ForAll<int[]>(numbers =>
        {
            HeavyHitters whole = new(128, 8);
            HeavyHitters[] parts = [new(128, 8), new(128, 8)];
            foreach (int number in numbers)
            {
                byte[] label = Encoding.ASCII.GetBytes($"{Math.Abs(number % 100)}");
                whole.Add(TextHash.Of(label), label);
                parts[(number & int.MaxValue) % 2].Add(TextHash.Of(label), label);
            }

            parts[0].Merge(parts[1]);
            return Counts(whole).SequenceEqual(Counts(parts[0])) && whole.MissedMax == 0 && parts[0].MissedMax == 0;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 16)]
    public void FrequentValues_MoreThanTheRoom_AreWithinTheirBounds(int seed, int partCount)
    {
        Random random = new(seed);
        HeavyHitters[] parts = [.. Enumerable.Range(0, partCount).Select(_ => new HeavyHitters(64, 8))];
        Dictionary<string, long> truth = [];
        const int Rows = 200_000;
        for (int i = 0; i < Rows; i++)
        {
            string text = $"{(int)Math.Pow(10, random.NextDouble() * 5)}";
            truth[text] = truth.GetValueOrDefault(text) + 1;
            byte[] label = Encoding.ASCII.GetBytes(text);
            parts[i * partCount / Rows].Add(TextHash.Of(label), label);
        }

        foreach (HeavyHitters part in parts[1..])
        {
            parts[0].Merge(part);
        }

        HeavyHitters merged = parts[0];
        Assert.InRange(merged.MissedMax, 1, Rows * 2 / 64 + partCount);
        for (int i = 0; i < merged.Count; i++)
        {
            Assert.InRange(truth[merged.Text(i)], merged[i].Count, merged[i].Count + merged[i].Missed);
            Assert.True(merged[i].Missed <= merged.MissedMax);
        }

        HashSet<string> held = [.. Enumerable.Range(0, merged.Count).Select(merged.Text)];
        Assert.Empty(truth.Where(t => t.Value > merged.MissedMax && !held.Contains(t.Key)));
    }

    [Fact]
    public void Minutes_InAnyOrderAndInParts_EndUpEqual()
    {
        Prop.ForAll<int[]>(minutes =>
        {
            TimeTable whole = new(2, 20);
            TimeTable[] parts = [new(2, 20), new(2, 20)];
            for (int i = 0; i < minutes.Length; i++)
            {
                Count(whole, minutes[i]);
                Count(parts[i % 2], minutes[minutes.Length - 1 - i]);
            }

            parts[0].Merge(parts[1]);
            return Rows(whole).SequenceEqual(Rows(parts[0])) && whole.Step == parts[0].Step && whole.Count <= 20;
        }).QuickCheckThrowOnFailure();

        static void Count(TimeTable table, long minute)
        {
            int row = table.Row(minute);
            table.Cells[row]++;
            table.Cells[row + 1] += minute;
        }

        static IEnumerable<(long, long, long)> Rows(TimeTable table) => table.InOrder().Select(r => (r.Minute, table.Cells[r.Row], table.Cells[r.Row + 1]));
    }

    [Theory]
    [InlineData(300)]
    [InlineData(2000)]
    public void Nodes_MoreThanTheRoom_AreTheSameInAnyOrderAndInParts(int count)
    {
        Random random = new(count);
        List<byte[]> names = [.. Enumerable.Range(0, 20_000).Select(_ => Encoding.ASCII.GetBytes($"10.{random.Next(count) % 7}.{random.Next(count)}.1:80{(random.Next(2) == 0 ? "" : "80 in a name that is long")}"))];
        UpstreamTable[] tables = [.. Enumerable.Range(0, 4).Select(_ => new UpstreamTable())];
        for (int i = 0; i < names.Count; i++)
        {
            tables[0].Get(names[i]).Attempts++;
            tables[1].Get(names[names.Count - 1 - i]).Attempts++;
            if (tables[2 + i % 2].Get(names[i]) is { Name.Length: > 0 } held && i % 3 == 0)
            {
                held.CountUsual(200, minute: 5);
            }
            else
            {
                tables[2 + i % 2].Get(names[i]).Attempts++;
            }
        }

        tables[2].All.ForEach(node => node.Settle());
        tables[3].All.ForEach(node => node.Settle());
        tables[3].Merge(tables[2]);
        Assert.Equal(Nodes(tables[0]), Nodes(tables[1]));
        Assert.Equal(Nodes(tables[0]), Nodes(tables[3]));
        Assert.Equal(names.Count, tables[0].All.Sum(node => node.Attempts) + (tables[0].Others?.Attempts ?? 0));
        Assert.All(tables[3].All, node => Assert.Same(node, tables[3].Get(node.Name)));

        static IEnumerable<(string, long)> Nodes(UpstreamTable table) =>
            table.All.Append(table.Others ?? new UpstreamCounter([])).Select(node => (Encoding.ASCII.GetString(node.Name), node.Attempts)).Order();
    }

    [Fact]
    public void Hashes_DifferInEveryBit()
    {
        int[] ones = new int[64];
        for (int i = 0; i < 4096; i++)
        {
            ulong hash = TextHash.Of(Encoding.ASCII.GetBytes($"10.0.{i >> 8}.{i & 255}:8080"));
            for (int bit = 0; bit < 64; bit++)
            {
                ones[bit] += (int)(hash >> bit) & 1;
            }
        }

        Assert.All(ones, count => Assert.InRange(count, 1850, 2250));
    }

    private static IEnumerable<(string, long)> Counts(HeavyHitters table) =>
        Enumerable.Range(0, table.Count).Select(i => (table.Text(i), table[i].Count)).Order();

    [Fact]
    public void OrderStatistic_IsWhatSortingPutsThere()
        => Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyArray<int>>(), ArbMap.Default.ArbFor<NonNegativeInt>(), (numbers, place) =>
        {
            long[] values = [.. numbers.Get.Select(number => (long)number)];
            var at = place.Get % values.Length;
            return OrderStatistic.Of([.. values], at) == values.Order().ElementAt(at);
        }).QuickCheckThrowOnFailure();

    /// <summary>Times wait until they are asked for or merged; where entries move meanwhile, they go with them.</summary>
    [Fact]
    public void TimesThatWait_StayWithTheirEntries()
    {
        Random random = new(5);
        HeavyHitters table = new(8, 16, timed: true);
        HeavyHitters sum = new(8, 16, timed: true);
        Dictionary<string, List<int>> truth = [];
        for (int i = 0; i < 40_000; i++)
        {
            // Two values that stay, among many that come and go.
            string value = i % 3 == 0 ? "often" : i % 3 == 1 ? "also" : $"rare{random.Next(1000)}";
            byte[] label = Encoding.ASCII.GetBytes(value);
            int entry = table.Add(TextHash.Of(label), label);
            if (entry >= 0)
            {
                int time = random.Next(20_000);
                table.AddAnyTime(entry, time);
                (truth.TryGetValue(value, out List<int>? times) ? times : truth[value] = []).Add(time);
            }

            if (i % 9_999 == 0)
            {
                sum.Merge(table);
                table.Clear();
            }
        }

        sum.Merge(table);
        foreach (string value in (string[])["often", "also"])
        {
            int entry = Enumerable.Range(0, sum.Count).Single(i => sum.Text(i) == value);
            Assert.Equal(truth[value].Count, sum[entry].Count);
            Assert.Equal((truth[value].Count, truth[value].Sum(time => (long)time)), (sum.TimesOf(entry).Count, sum.TimesOf(entry).Sum));
        }
    }

    [Fact]
    public void MoreTimesThanMayWait_AreAllThere()
    {
        const int Rows = TimeRoom.Large * 2 + 1000;
        HeavyHitters table = new(8, 16, timed: true);
        for (int i = 0; i < Rows; i++)
        {
            int entry = table.Add(TextHash.Of("one"u8), "one"u8);
            table.AddAnyTime(entry, i % 100);
        }

        Assert.Equal((Rows, Rows), (table[0].Count, table.TimesOf(0).Count));
    }
}
