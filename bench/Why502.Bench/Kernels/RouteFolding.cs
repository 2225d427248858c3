using BenchmarkDotNet.Attributes;
using Why502.Bench.Traffic;
using Why502.Logs;
using Why502.Traffic.Engine;
using Why502.Traffic.Sketches;

namespace Why502.Bench.Kernels;

/// <summary>Request targets to routes: folded each time, and through the cache. An operation is a target.</summary>
public class RouteFolding
{
    private readonly byte[][] _paths = Sample.Texts(AccessLogShape.Combined, Sample.Path);
    private readonly byte[] _route = new byte[Routes.BytesMax];
    private readonly HeavyHitters _routes = new(HeavyTables.RoutesMax, Routes.BytesMax, timed: true);
    private readonly RouteCache _cache = new();
    private readonly DistinctSketch _distinct = new();

    [Benchmark(OperationsPerInvoke = Sample.Values)]
    public int Fold()
    {
        int length = 0;
        foreach (byte[] path in _paths)
        {
            length += Routes.Fold(path, _route);
        }

        return length;
    }

    [Benchmark(OperationsPerInvoke = Sample.Values)]
    public unsafe int Cached()
    {
        int entries = 0;
        foreach (byte[] uri in _paths)
        {
            ReadOnlySpan<byte> path = Routes.PathOf(uri);
            fixed (byte* text = path)
            {
                entries += _cache.Add(_routes, TextHash.Of(path), text, path.Length, _distinct);
            }
        }

        return entries;
    }
}
