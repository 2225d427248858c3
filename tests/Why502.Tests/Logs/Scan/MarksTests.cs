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
    [InlineData(1, ", \"\n")]
    [InlineData(2, ", \"\nabcdefghijklmnopqrstuvwxyz0123456789")]
    [InlineData(3, ",")]
    [InlineData(4, "\"")]
    public void EveryStretch_HasTheMarksOfItsBytes(int seed, string letters)
    {
        Random random = new(seed);
        byte[] block = [.. Enumerable.Range(0, Marks.StretchMax + 1024).Select(_ => random.Next(9) == 0 ? (byte)random.Next(256) : (byte)letters[random.Next(letters.Length)])];
        Marks marks = new();
        for (int i = 0; i < 600; i++)
        {
            int from = random.Next(i < 300 ? 200 : block.Length - 512);
            int to = Math.Min(from + (i % 5 == 0 ? Marks.StretchMax : random.Next(300)), block.Length - 512);
            marks.Find(ref MemoryMarshal.GetArrayDataReference(block), from, to, i % 2 == 0 ? BytePlaces.Best : null);
            Assert.Equal(OneByOne(block, from, to), Enumerable.Range(0, marks.Count).Select(number => marks[number]));
        }
    }
}
