using System.Buffers.Binary;
using System.Text;

namespace Why502.Host.Machine;

/// <summary>
/// The logs resource without a terminal: frames of stream (0, 1, 2), three zeros, length in network order, and the bytes ("Stream format" of
/// Docker's reference). With a terminal the output comes as it is.
/// </summary>
internal static class ContainerOutput
{
    private const int HeaderBytes = 8;

    public static IReadOnlyList<string> Lines(ReadOnlySpan<byte> output)
    {
        var text = new StringBuilder();
        while (output.Length >= HeaderBytes && output[0] <= 2 && output[1..4].IndexOfAnyExcept((byte)0) < 0)
        {
            var length = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(output[4..]), (uint)(output.Length - HeaderBytes));
            text.Append(Encoding.UTF8.GetString(output.Slice(HeaderBytes, length)));
            output = output[(HeaderBytes + length)..];
        }

        text.Append(Encoding.UTF8.GetString(output));
        return [.. text.ToString().Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0)];
    }
}
