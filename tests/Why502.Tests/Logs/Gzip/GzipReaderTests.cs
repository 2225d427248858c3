using System.IO.Compression;
using System.Text;
using Why502.Logs.Gzip;
using Xunit;

namespace Why502.Tests.Logs.Gzip;

/// <summary>What may stand in an archive besides its data, and where it may end.</summary>
public class GzipReaderTests
{
    private static readonly byte[] Log = Archives.Text(300_000, seed: 1);
    private static readonly byte[] EmptyMember = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    [Fact]
    public void EveryLevelStrategyAndFlush_IsTheText()
    {
        for (int level = 0; level <= 9; level++)
        {
            foreach (ZLibCompressionStrategy strategy in Archives.Strategies)
            {
                foreach (int flushEvery in (int[])[0, 7000])
                {
                    AssertIsLog(Archives.Own(Archives.Pack(Log, level, strategy, flushEvery)));
                }
            }
        }
    }

    [Theory]
    [InlineData(1, 64 * 1024)]
    [InlineData(3, 1)]
    [InlineData(33, 1000)]
    [InlineData(int.MaxValue, 1 << 20)]
    public void PiecesOfAnySize_AreTheText(int sourceBytes, int readBytes)
    {
        foreach (int level in (int[])[0, 1, 6])
        {
            AssertIsLog(Archives.Own(Archives.Pack(Log, level), sourceBytes, readBytes));
        }
    }

    [Fact]
    public void Runs_OfEveryDistance_AreTheText()
    {
        foreach (int distance in Enumerable.Range(1, 70))
        {
            byte[] text = [.. Enumerable.Range(0, 5000).Select(i => (byte)('0' + (i % distance)))];
            Assert.Equal(text, Archives.Own(Archives.Pack(text)).Text);
        }
    }

    [Fact]
    public void Flushed_IsThereBeforeTheRestComes()
    {
        using MemoryStream packed = new();
        using GZipStream gzip = new(packed, CompressionLevel.Optimal);
        gzip.Write(Log, 0, 5000);
        gzip.Flush();
        using GzipReader reader = new(new Silent(packed.ToArray()));
        byte[] text = new byte[5000];
        reader.ReadExactly(text);
        Assert.Equal(Log[..5000], text);
    }

    [Fact]
    public void Members_AreOneLog()
    {
        byte[] archive = [.. Archives.Pack(Log[..100_000]), .. EmptyMember, .. Archives.Pack(Log[100_000..100_001], 0), .. Archives.Pack(Log[100_001..], 1)];
        AssertIsLog(Archives.Own(archive));
        AssertIsLog(Archives.Own(archive, sourceBytes: 1));
    }

    [Fact]
    public void Member_RefersToNothingOfTheOneBefore()
    {
        // A fixed block that begins with a match: length 3, distance 1.
        byte[] lone = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x03, 0x02, 0x00, 0, 0, 0, 0, 0, 0, 0, 0];
        byte[] archive = [.. Archives.Pack(Log), .. lone];
        var (text, isWhole) = Archives.Own(archive);
        Assert.Equal(Log, text);
        Assert.False(isWhole);
        Assert.False(Archives.Framework(archive).IsWhole);
    }

    [Fact]
    public void WhatStandsBehindTheLastMember_IsLeftAlone()
    {
        foreach (string behind in (string[])["\0\0\0\0\0\0", "x", "garbage behind it", "\u001f\u0020"])
        {
            AssertIsLog(Archives.Own([.. Archives.Pack(Log), .. Encoding.Latin1.GetBytes(behind)]));
        }
    }

    [Fact]
    public void NothingAtAll_IsAnEmptyLog() => Assert.Equal(([], true), Archives.Own([]));

    [Fact]
    public void EmptyMember_IsAnEmptyLog() => Assert.Equal(([], true), Archives.Own(EmptyMember));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(70_000)]
    public void HeaderFields_ArePassed(int bytes)
    {
        byte[] text = Enumerable.Repeat((byte)'n', bytes).ToArray();
        for (byte flags = 0; flags < 32; flags++)
        {
            byte[] extra = text[..Math.Min(bytes, 0xffff)];
            byte[] header =
            [
                0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 0, 3,
                .. (flags & 4) == 0 ? [] : (byte[])[(byte)extra.Length, (byte)(extra.Length >> 8), .. extra],
                .. (flags & 8) == 0 ? [] : (byte[])[.. text, 0],
                .. (flags & 16) == 0 ? [] : (byte[])[.. text, 0],
            ];
            uint crc = Crc32.Append(0, header);
            byte[] rest = Archives.Pack(Log)[10..];
            if ((flags & 2) == 0)
            {
                AssertIsLog(Archives.Own([.. header, .. rest]));
                continue;
            }

            AssertIsLog(Archives.Own([.. header, (byte)crc, (byte)(crc >> 8), .. rest]));
            Assert.Equal(([], false), Archives.Own([.. header, (byte)~crc, (byte)(crc >> 8), .. rest]));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    public void OtherStart_IsNoArchive(int at)
    {
        byte[] archive = Archives.Pack(Log);
        archive[at] ^= 0x80;
        Assert.Equal(([], false), Archives.Own(archive));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(4)]
    public void ChecksumOrLengthOfOtherData_IsSaidBehindTheText(int fromEnd)
    {
        byte[] archive = Archives.Pack(Log);
        archive[^fromEnd] ^= 1;
        var (text, isWhole) = Archives.Own(archive);
        Assert.Equal(Log, text);
        Assert.False(isWhole);
    }

    [Fact]
    public void TornAnywhere_IsGoodUpToThere_AndSaidSo()
    {
        byte[] archive = Archives.Pack(Log[..3000]);
        int before = 0;
        for (int length = 1; length < archive.Length; length++)
        {
            var (text, isWhole) = Archives.Own(archive[..length]);
            Assert.False(isWhole);
            Assert.Equal(Log[..text.Length], text);
            Assert.True(text.Length >= before);
            before = text.Length;
        }

        Assert.Equal(3000, before);
    }

    [Fact]
    public void Damage_IsSaidAgain_WhenAskedAgain()
    {
        using GzipReader reader = new(new MemoryStream([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff]));
        Assert.Throws<InvalidDataException>(() => reader.Read(new byte[10]));
        Assert.Throws<InvalidDataException>(() => reader.Read(new byte[10]));
    }

    private static void AssertIsLog((byte[] Text, bool IsWhole) read)
    {
        Assert.True(read.IsWhole);
        Assert.True(read.Text.AsSpan().SequenceEqual(Log));
    }

    /// <summary>Brings what it has; asked for more, it would keep the asker waiting for ever.</summary>
    private sealed class Silent(byte[] content) : MemoryStream(content)
    {
        public override int Read(Span<byte> buffer) => Position < Length ? base.Read(buffer) : throw new InvalidOperationException("Nobody should wait here.");
    }
}
