using Why502.Bench;

// Benchmarks and corpus counts of the log room.
//   error-log [MEGABYTES]   classification of a generated log against wc -l, single core
//   classify FILE           messages found in a real log, with what was not recognised
return args switch
{
    ["error-log", ..] => ErrorLogBenchmark.Run(args.Length > 1 ? int.Parse(args[1]) : 256),
    ["classify", var file] => Classify.Run(file),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: error-log [MEGABYTES] | classify FILE");
    return 2;
}
