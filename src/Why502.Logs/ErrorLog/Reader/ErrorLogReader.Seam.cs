namespace Why502.Logs;

/// <summary>What a block's end leaves over waits for the next block, so that the records across it are as plain as others.</summary>
public sealed partial class ErrorLogReader
{
    /// <summary>What waits at most; more than that is no record of nginx.</summary>
    private const int SeamRestMax = 8 * 1024;

    /// <summary>How much of the next block is put behind it, for the record to end and another to begin.</summary>
    private const int SeamNextMax = 4 * 1024;

    private byte[] _seam = [];
    private int _seamLength;

    /// <summary>Folds what was left over together with the block's beginning, and answers how much of the block that took.</summary>
    private int PushSeam(ReadOnlySpan<byte> block)
    {
        if (_seamLength == 0)
        {
            return 0;
        }

        int before = _seamLength;
        ReadOnlySpan<byte> next = block[..Math.Min(block.Length, SeamNextMax)];
        next.CopyTo(_seam.AsSpan(before));
        _seamLength = 0;
        int taken = CountPlain(_seam.AsSpan(0, before + next.Length), out _);
        if (taken >= before)
        {
            return taken - before;
        }

        Push(_seam.AsSpan(taken, before - taken), _toFold!);
        return 0;
    }

    private void KeepSeam(ReadOnlySpan<byte> rest)
    {
        if (rest.Length > SeamRestMax || _lines.HasRest)
        {
            Push(rest, _toFold!);
            return;
        }

        if (_seam.Length == 0 && rest.Length > 0)
        {
            _seam = new byte[SeamRestMax + SeamNextMax];
        }

        rest.CopyTo(_seam);
        _seamLength = rest.Length;
    }
}
