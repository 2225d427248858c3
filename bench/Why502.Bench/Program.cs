using Why502.Bench;
using Why502.Bench.Configuration;
using Why502.Bench.Instructions;
using Why502.Bench.Kernels;
using Why502.Bench.Traffic;

// Benchmarks and corpus counts of the log room and of the configuration, and the configuration's fuzzer: bench/run NAME.
//   error-log [MEGABYTES | FILE]   classification of a generated or a given log against wc -l, single core
//   traffic [MEGABYTES | FILE]     access logs against wc, grep, ripgrep, mawk, gawk and GoAccess, single core
//   traffic-scan core|full FILE    only the scan, again and again: for a profiler
//   traffic-log SHAPE BYTES SEED [distinct]   writes a generated access log to standard output, its truth to standard error; distinct: no path twice
//   instructions [--update] [--methods] [KERNEL...]   instructions per row against bench/instructions.tsv
//   kernels [NAME...]       the parts of the traffic engine, each by itself
//   classify FILE           messages found in a real log, with what was not recognised
//   config-parse [SERVERS]  parsing, loading and checking of generated configurations of 1k, 10k and 40k servers, against nginx -t on the same file
//   config-fuzz [--count N] [--seed N] [--threads N] [--corpus DIR] [--keep DIR]
return args switch
{
    ["config-parse", ..] => ConfigurationBenchmark.Run(args.Length > 1 ? [int.Parse(args[1])] : [1000, 10_000, 40_000]),
    ["config-fuzz", ..] => ConfigurationFuzz.Run(args[1..]),
    ["error-log", var file] when File.Exists(file) => ErrorLogBenchmark.Run(file),
    ["error-log", ..] => ErrorLogBenchmark.Run(args.Length > 1 ? int.Parse(args[1]) : 256),
    ["traffic", var file] when File.Exists(file) => TrafficBenchmark.Run(file),
    ["traffic", ..] => TrafficBenchmark.Run(args.Length > 1 ? int.Parse(args[1]) : 500),
    ["traffic-scan", var scope, var file] => TrafficBenchmark.Scan(file, Enum.Parse<Why502.Traffic.TrafficScope>(scope, ignoreCase: true)),
    ["traffic-log", var shape, var bytes, var seed] => WriteLog(Enum.Parse<AccessLogShape>(shape, ignoreCase: true), long.Parse(bytes), int.Parse(seed), hasDistinctPaths: false),
    ["traffic-log", var shape, var bytes, var seed, "distinct"] => WriteLog(Enum.Parse<AccessLogShape>(shape, ignoreCase: true), long.Parse(bytes), int.Parse(seed), hasDistinctPaths: true),
    ["instructions", ..] => InstructionCounts.Run(args[1..]),
    ["instructions-child", var kernel] => CountedChild.Run(kernel),
    ["kernels", ..] => KernelBenchmarks.Run(args[1..]),
    ["classify", var file] => Classify.Run(file),
    _ => Usage(),
};

static int WriteLog(AccessLogShape shape, long bytes, int seed, bool hasDistinctPaths)
{
    var generator = new AccessLogGenerator(shape, seed) { HasDistinctPaths = hasDistinctPaths };
    using var output = new BufferedStream(Console.OpenStandardOutput(), 1 << 20);
    generator.Write(output, bytes, DateTimeOffset.FromUnixTimeSeconds(1_790_000_000), TimeSpan.FromHours(24));
    Console.Error.Write(generator.Truth.ToJson());
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("usage: error-log [MEGABYTES | FILE] | traffic [MEGABYTES | FILE] | traffic-scan core|full FILE | traffic-log SHAPE BYTES SEED [distinct] | instructions [--update] [--methods] [KERNEL...] | kernels [NAME...] | classify FILE | config-parse [SERVERS] | config-fuzz [--count N] [--seed N] [--threads N] [--corpus DIR] [--keep DIR]");
    return 2;
}
