namespace Why502.Logs;

/// <summary>Receives one line without its line feed (and carriage return); <paramref name="cut"/> when it was longer than the limit and lost its end.</summary>
public delegate void LineHandler(ReadOnlySpan<byte> line, long offset, bool cut);

/// <summary>Cuts a stream of blocks into lines; a line that crosses blocks is put together, up to a limit.</summary>
public sealed class LineSplitter(int lineBytesMax)
{
    private byte[] _rest = [];
    private int _restLength;
    private bool _restIsCut;
    private long _restOffset;
    private long _offset;

    /// <summary>The byte offset of what is pushed next.</summary>
    public long Offset
    {
        get => _offset;
        set => _offset = value;
    }

    /// <summary>The last block ended within a line.</summary>
    public bool HasRest => _restLength > 0 || _restIsCut;

    public void Push(ReadOnlySpan<byte> block, LineHandler onLine)
    {
        while (block.Length > 0)
        {
            int end = block.IndexOf((byte)'\n');
            if (end < 0)
            {
                Keep(block);
                _offset += block.Length;
                return;
            }

            ReadOnlySpan<byte> line = block[..end];
            if (_restLength > 0 || _restIsCut)
            {
                Keep(line);
                Emit(_rest.AsSpan(0, _restLength), _restOffset, _restIsCut, onLine);
                (_restLength, _restIsCut) = (0, false);
            }
            else
            {
                bool cut = line.Length > lineBytesMax;
                Emit(cut ? line[..lineBytesMax] : line, _offset, cut, onLine);
            }

            _offset += end + 1;
            block = block[(end + 1)..];
        }
    }

    public void Complete(LineHandler onLine)
    {
        if (_restLength > 0)
        {
            Emit(_rest.AsSpan(0, _restLength), _restOffset, _restIsCut, onLine);
            (_restLength, _restIsCut) = (0, false);
        }
    }

    private static void Emit(ReadOnlySpan<byte> line, long offset, bool cut, LineHandler onLine) =>
        onLine(line is [.., (byte)'\r'] ? line[..^1] : line, offset, cut);

    private void Keep(ReadOnlySpan<byte> part)
    {
        if (_restLength == 0 && !_restIsCut)
        {
            _restOffset = _offset;
        }

        int room = lineBytesMax - _restLength;
        if (part.Length > room)
        {
            part = part[..room];
            _restIsCut = true;
        }

        if (_rest.Length < _restLength + part.Length)
        {
            Array.Resize(ref _rest, Math.Min(lineBytesMax, Math.Max((_restLength + part.Length) * 2, 1024)));
        }

        part.CopyTo(_rest.AsSpan(_restLength));
        _restLength += part.Length;
    }
}
