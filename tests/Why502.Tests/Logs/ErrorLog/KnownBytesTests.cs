using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Logs;

/// <summary>Texts are told apart by every byte, at every length, however many of them there are.</summary>
public class KnownBytesTests
{
    private const int NearMax = 128;

    /// <summary>Room in front and behind, because nothing here checks bounds.</summary>
    private const int At = 64;

    private static byte[] Block(Random random, int length)
    {
        byte[] block = new byte[At + length + PlainRecord.Margin];
        random.NextBytes(block);
        return block;
    }

    [Theory]
    [InlineData(32, 1)]
    [InlineData(64, 2)]
    [InlineData(128, 4)]
    public void OneOtherByte_IsAnotherText(int nearMax, int vectors)
    {
        Random random = new(7);
        KnownBytes texts = new(10, nearMax);
        for (int length = 1; length <= nearMax; length++)
        {
            byte[] block = Block(random, length);
            ref byte start = ref MemoryMarshal.GetArrayDataReference(block);
            int place = texts.Add(ref start, At, length, 0);
            KnownText known = texts.TextOf(texts.NumberAt(place), length);
            Assert.True(IsSame(texts, known, ref start, length, vectors));
            Assert.True(texts.Is(known.Number, ref start, At, length));

            // What stands around the text does not count; each of its own bytes does.
            block[At - 1] ^= 1;
            block[At + length] ^= 1;
            Assert.True(IsSame(texts, known, ref start, length, vectors));
            for (int other = 0; other < length; other++)
            {
                block[At + other] ^= 16;
                Assert.False(IsSame(texts, known, ref start, length, vectors));
                Assert.False(texts.Is(known.Number, ref start, At, length));
                block[At + other] ^= 16;
            }
        }
    }

    [Fact]
    public void ManyTexts_KeepTheirNumbers_UntilOthersTakeTheirPlaces()
    {
        Random random = new(8);
        KnownBytes texts = new(6, NearMax);
        List<(byte[] Block, int Length, KnownText Known)> all = [];
        for (int i = 0; i < 300; i++)
        {
            int length = 4 + random.Next(200);
            byte[] block = Block(random, length);
            ref byte start = ref MemoryMarshal.GetArrayDataReference(block);
            int place = texts.Add(ref start, At, length, (ulong)i);
            all.Add((block, length, texts.TextOf(texts.NumberAt(place), length)));
            Assert.Equal(place, texts.Find(ref start, At, length));
            Assert.Equal((ulong)i, texts.ValueAt(place));
        }

        Assert.Equal(all.Count, all.Select(text => text.Known.Number).Distinct().Count());
        foreach (var (block, length, known) in all)
        {
            ref byte start = ref MemoryMarshal.GetArrayDataReference(block);
            int place = texts.Find(ref start, At, length);
            Assert.Equal(place >= 0 && texts.NumberAt(place) == known.Number, texts.Is(known.Number, ref start, At, length));
            Assert.Equal(texts.Is(known.Number, ref start, At, length) && length <= NearMax, length <= NearMax && IsSame(texts, known, ref start, length, 4));
        }
    }

    private static bool IsSame(KnownBytes texts, in KnownText known, ref byte block, int length, int vectors)
    {
        ulong head = 0;
        return KnownBytes.Difference(ref texts.Texts, known, ref block, At, length, vectors, ref head) == Vector256<byte>.Zero && head == 0;
    }

    [Fact]
    public void Index_FindsEachOfThousands()
    {
        GroupIndex index = new();
        Assert.Equal(GroupIndex.None, index.Find(PrintOf(0)));
        for (int number = 0; number < 5000; number++)
        {
            index.Add(PrintOf(number), number);
        }

        Assert.All(Enumerable.Range(0, 5000), number => Assert.Equal(number, index.Find(PrintOf(number))));
        Assert.Equal(GroupIndex.None, index.Find(PrintOf(5000)));
        index.Clear();
        Assert.Equal(GroupIndex.None, index.Find(PrintOf(17)));
    }

    private static Fingerprint PrintOf(int number)
    {
        Fingerprint print = Fingerprint.New();
        print.AddNumber((ulong)number);
        return print;
    }
}
