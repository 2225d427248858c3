using System.Runtime.InteropServices;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Logs;

/// <summary>The pass by vectors finds what a loop over single bytes finds, wherever a stretch begins and ends.</summary>
public class MarksTests
{
    private static List<int> OneByOne(ReadOnlySpan<byte> block, int from, int to)
    {
        List<int> places = [];
        for (int at = from; at < to; at++)
        {
            if (block[at] is (byte)'\n' or (byte)'"')
            {
                places.Add(at);
            }
        }

        return places;
    }

    [Theory]
    [InlineData(1, ", \"\n", false)]
    [InlineData(2, ", \"\nabcdefghijklmnopqrstuvwxyz0123456789", false)]
    [InlineData(3, ",", false)]
    [InlineData(4, "\"", false)]
    [InlineData(1, ", \"\n", true)]
    [InlineData(2, ", \"\nabcdefghijklmnopqrstuvwxyz0123456789", true)]
    [InlineData(3, ",", true)]
    [InlineData(4, "\"", true)]
    public void EveryStretch_HasTheMarksOfItsBytes(int seed, string letters, bool isWide)
    {
        Random random = new(seed);
        byte[] block = [.. Enumerable.Range(0, Marks.StretchMax + 1024).Select(_ => random.Next(9) == 0 ? (byte)random.Next(256) : (byte)letters[random.Next(letters.Length)])];
        Marks marks = new() { IsWideAtOnce = isWide };
        for (int i = 0; i < 600; i++)
        {
            int from = random.Next(i < 300 ? 200 : block.Length - 512);
            int to = Math.Min(from + (i % 5 == 0 ? Marks.StretchMax : random.Next(300)), block.Length - 512);
            marks.Find(ref MemoryMarshal.GetArrayDataReference(block), from, to);
            Assert.Equal(OneByOne(block, from, to), Enumerable.Range(0, marks.Count).Select(number => marks[number]));
        }
    }
}
