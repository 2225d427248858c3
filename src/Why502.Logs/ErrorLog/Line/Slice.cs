using System.Text;

namespace Why502.Logs;

/// <summary>A part of a line by position, so that parsing allocates nothing; the default is "absent", which differs from "empty".</summary>
internal readonly record struct Slice
{
    private readonly int _startPlusOne;

    public Slice(int start, int length) => (_startPlusOne, Length) = (start + 1, length);

    public int Length { get; }
    public int Start => _startPlusOne - 1;
    public int End => Start + Length;
    public bool Present => _startPlusOne > 0;

    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> line) => Present ? line.Slice(Start, Length) : default;

    public string? Text(ReadOnlySpan<byte> line) => Present ? Encoding.UTF8.GetString(line.Slice(Start, Length)) : null;
}
