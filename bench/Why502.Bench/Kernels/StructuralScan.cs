using BenchmarkDotNet.Attributes;
using Why502.Bench.Traffic;
using Why502.Logs;

namespace Why502.Bench.Kernels;

/// <summary>Newlines, quotes and blanks of a block to masks, and masks to places. An operation is a byte.</summary>
public class StructuralScan
{
    private const int Steps = Sample.BlockBytes / LineMasks.Step;

    private readonly byte[] _text = Sample.Log(AccessLogShape.Combined, Sample.BlockBytes + 4096)[..Sample.BlockBytes];
    private readonly ulong[] _newlines = new ulong[Steps];
    private readonly ulong[] _quotes = new ulong[Steps];
    private readonly ulong[] _blanks = new ulong[Steps];
    private readonly int[] _places = new int[Sample.BlockBytes + LineMasks.PlacesSpare];

    [Benchmark(OperationsPerInvoke = Sample.BlockBytes)]
    public void Masks() => Find(LineMasks.Best);

    [Benchmark(OperationsPerInvoke = Sample.BlockBytes)]
    public void MasksWithoutVectors() => Find(LineMasks.Kernel.Scalar);

    [Benchmark(OperationsPerInvoke = Sample.BlockBytes)]
    public unsafe int MasksAndQuotePlaces()
    {
        Find(LineMasks.Best);
        fixed (ulong* masks = _quotes)
        {
            fixed (int* places = _places)
            {
                return LineMasks.Places(masks, Steps, places);
            }
        }
    }

    private void Find(LineMasks.Kernel kernel) => LineMasks.Find(_text, _newlines, _quotes, _blanks, kernel);
}
