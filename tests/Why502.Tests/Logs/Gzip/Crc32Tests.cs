using System.Text;
using Why502.Logs.Gzip;
using Xunit;

namespace Why502.Tests.Logs.Gzip;

public class Crc32Tests
{
    [Fact]
    public void CheckValue_IsTheStandards() => Assert.Equal(0xCBF43926, Crc32.Append(0, Encoding.ASCII.GetBytes("123456789")));

    [Fact]
    public void EveryLength_IsAsByteByByte()
    {
        byte[] bytes = new byte[700];
        new Random(1).NextBytes(bytes);
        for (int length = 0; length < bytes.Length; length++)
        {
            uint slow = ~Crc32.ByTable(~0u, bytes.AsSpan(0, length));
            Assert.Equal(slow, Crc32.Append(0, bytes.AsSpan(0, length)));
            Assert.Equal(slow, Crc32.Append(Crc32.Append(0, bytes.AsSpan(0, length / 3)), bytes.AsSpan(length / 3, length - (length / 3))));
        }
    }
}
