using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Why502.Tests.Logs.Gzip;

/// <summary>The framework's reader is the slow and obvious twin: the same text where it succeeds, and no text that is not whole where it does not.</summary>
public class GzipReaderProperties
{
    private static readonly Arbitrary<int> Seeds = Gen.Choose(0, int.MaxValue - 1).ToArbitrary();

    [Fact]
    public void Blocks_OfAnyCode_AreTheirText() => Check(seed =>
    {
        Random random = new(seed);
        DeflateWriter writer = new(random);
        for (int left = random.Next(6); left >= 0; left--)
        {
            writer.Block(isLast: left == 0, random.Next(1, random.Next(2) == 0 ? 40 : 4000));
        }

        byte[] archive = writer.Finish();
        var (text, isWhole) = Archives.Own(archive, random.Next(2) == 0 ? int.MaxValue : random.Next(1, 100), random.Next(1, 300_000));
        Assert.True(isWhole);
        Assert.Equal(writer.Text, text);
        AssertAgree(Damaged(archive, random));
    }, 200);

    [Fact]
    public void DamagedArchives_AreReadAsTheFrameworkDoes() => Check(seed =>
    {
        Random random = new(seed);
        byte[] text = random.Next(4) == 0 ? RandomBytes(random) : Archives.Text(random.Next(1, random.Next(2) == 0 ? 300 : 60_000), seed);
        byte[] archive = Archives.Pack(text, random.Next(10), Archives.Strategies[random.Next(Archives.Strategies.Length)], random.Next(3) == 0 ? random.Next(1, 5000) : 0);
        AssertAgree(archive);
        for (int i = 0; i < 10; i++)
        {
            AssertAgree(Damaged(archive, random));
        }
    }, 60);

    [Fact]
    public void BytesOfNoMeaning_AreRefused_NeverMore() => Check(seed =>
    {
        Random random = new(seed);
        AssertAgree([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, .. RandomBytes(random)]);
    }, 200);

    private static void AssertAgree(byte[] archive)
    {
        var (expected, isWhole) = Archives.Framework(archive);
        var own = Archives.Own(archive);
        Assert.Equal(isWhole, own.IsWhole);
        Assert.True(own.Text.AsSpan().StartsWith(expected), $"{own.Text.Length} bytes, {expected.Length} expected, {own.Text.AsSpan().CommonPrefixLength(expected)} of them the same; whole: {isWhole}");
        Assert.True(!isWhole || own.Text.Length == expected.Length);
        var dripped = Archives.Own(archive, sourceBytes: 5, readBytes: 1000);
        Assert.Equal(own.IsWhole, dripped.IsWhole);
        Assert.Equal(own.Text, dripped.Text);
    }

    private static byte[] Damaged(byte[] archive, Random random)
    {
        byte[] damaged = [.. archive];
        for (int i = random.Next(3); i >= 0; i--)
        {
            int at = random.Next(damaged.Length);
            switch (random.Next(5))
            {
                case 0:
                    damaged[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    damaged[at] = (byte)random.Next(256);
                    break;
                case 2:
                    damaged = damaged[..Math.Max(1, at)];
                    break;
                case 3:
                    damaged = [.. damaged[..at], .. damaged[Math.Min(damaged.Length, at + random.Next(20))..]];
                    break;
                default:
                    damaged = [.. damaged, .. archive[..random.Next(archive.Length)]];
                    break;
            }

            damaged = damaged.Length == 0 ? [0] : damaged;
        }

        return damaged;
    }

    private static byte[] RandomBytes(Random random)
    {
        byte[] bytes = new byte[random.Next(1, 3000)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static void Check(Action<int> holds, int tests) => Prop.ForAll(Seeds, holds).Check(Config.QuickThrowOnFailure.WithMaxTest(tests));
}
