using Why502.Logs.Gzip;
using Xunit;

namespace Why502.Tests.Logs.Gzip;

public class LiteralPairsTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(10)]
    public void Pairs_AreAsOneByOne(int tableBits)
    {
        Random random = new(tableBits);
        for (int run = 0; run < 50; run++)
        {
            uint[] entries = [.. Enumerable.Range(0, 1 << tableBits).Select(_ => Entry.WithCode(random.Next(3) > 0 ? Entry.OfLiteral(random.Next(256)) : Entry.Of(random.Next(1, 259), random.Next(6)), random.Next(1, tableBits + 1)))];
            uint[] slowly = [.. entries];
            LiteralPairs.JoinEach(slowly, tableBits);
            LiteralPairs.Join(entries, tableBits);
            Assert.Equal(slowly, entries);
        }
    }
}
