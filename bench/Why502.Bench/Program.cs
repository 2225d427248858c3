using Why502.Bench;
using Why502.Bench.Configuration;

// Benchmarks and corpus counts of the log room and of the configuration, and the configuration's fuzzer.
//   error-log [MEGABYTES | FILE]   classification of a generated or a given log against wc -l, single core
//   classify FILE           messages found in a real log, with what was not recognised
//   config-parse [SERVERS]  parsing, loading and checking of generated configurations of 1k, 10k and 40k servers, against nginx -t on the same file
//   config-fuzz [--count N] [--seed N] [--threads N] [--corpus DIR] [--keep DIR]
return args switch
{
    ["config-parse", ..] => ConfigurationBenchmark.Run(args.Length > 1 ? [int.Parse(args[1])] : [1000, 10_000, 40_000]),
    ["config-fuzz", ..] => ConfigurationFuzz.Run(args[1..]),
    ["error-log", var file] when File.Exists(file) => ErrorLogBenchmark.Run(file),
    ["error-log", ..] => ErrorLogBenchmark.Run(args.Length > 1 ? int.Parse(args[1]) : 256),
    ["classify", var file] => Classify.Run(file),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: error-log [MEGABYTES | FILE] | classify FILE | config-parse [SERVERS] | config-fuzz [--count N] [--seed N] [--threads N] [--corpus DIR] [--keep DIR]");
    return 2;
}
