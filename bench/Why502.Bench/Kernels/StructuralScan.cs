using BenchmarkDotNet.Attributes;
using Why502.Bench.Traffic;
using Why502.Logs;

namespace Why502.Bench.Kernels;

/// <summary>Newlines and quotes of a block to their places. An operation is a byte.</summary>
public class StructuralScan
{
    private const int Steps = Sample.BlockBytes / BytePlaces.Step;

    private readonly byte[] _text = Sample.Log(AccessLogShape.Combined, Sample.BlockBytes + 4096)[..Sample.BlockBytes];
    private readonly int[] _places = new int[Sample.BlockBytes + BytePlaces.Spare];

    [Benchmark(OperationsPerInvoke = Sample.BlockBytes)]
    public int WidestVectors() => Find(BytePlaces.Best);

    [Benchmark(OperationsPerInvoke = Sample.BlockBytes)]
    public int CompiledAhead() => Find(BytePlaces.Kernel.Vector256);

    [Benchmark(OperationsPerInvoke = Sample.BlockBytes)]
    public int WithoutVectors() => Find(BytePlaces.Kernel.Scalar);

    private unsafe int Find(BytePlaces.Kernel kernel)
    {
        fixed (byte* text = _text)
        {
            fixed (int* places = _places)
            {
                return BytePlaces.Find(text, Steps, (byte)'\n', (byte)'"', 0, places, kernel);
            }
        }
    }
}
