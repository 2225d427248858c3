using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Environments;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Why502.Bench.Kernels;

/// <summary>
/// The parts of the traffic engine one by one, by BenchmarkDotNet, in short runs inside this process: what one call costs, and what each row, value or byte of it does. For
/// comparisons on one machine; counts that hold on any are <see cref="Instructions.InstructionCounts"/>'.
/// </summary>
internal static class KernelBenchmarks
{
    private static readonly Type[] Kernels =
    [
        typeof(StructuralScan), typeof(FieldSplit), typeof(NumberParsing), typeof(Interning), typeof(Quantiles), typeof(FrequentValues), typeof(RouteFolding), typeof(Inflating),
    ];

    /// <param name="names">Parts of names of classes; none: all of them.</param>
    public static int Run(IReadOnlyList<string> names)
    {
        Type[] chosen = [.. Kernels.Where(kernel => names.Count == 0 || names.Any(name => kernel.Name.Contains(name, StringComparison.OrdinalIgnoreCase)))];
        if (chosen.Length == 0)
        {
            Console.Error.WriteLine($"kernels: none of {string.Join(' ', names)}; there are {string.Join(' ', Kernels.Select(kernel => kernel.Name))}");
            return 2;
        }

        string artifacts = Directory.CreateTempSubdirectory("why502-kernels-").FullName;
        try
        {
            IConfig config = ManualConfig.CreateEmpty()
                .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance).WithGcConcurrent(false))
                .AddColumnProvider(DefaultColumnProviders.Descriptor, DefaultColumnProviders.Params, DefaultColumnProviders.Statistics)
                .AddColumn(new EachColumn())
                .AddLogger(NullLogger.Instance)
                .WithArtifactsPath(artifacts)
                .WithOptions(ConfigOptions.JoinSummary | ConfigOptions.DisableLogFile);
            Console.Error.WriteLine($"{chosen.Length} kernels, {RuntimeInformation()}");
            foreach (var summary in BenchmarkRunner.Run(chosen, config))
            {
                MarkdownExporter.Console.ExportToLog(summary, ConsoleLogger.Unicode);
                if (summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success))
                {
                    summary.ValidationErrors.ToList().ForEach(error => Console.Error.WriteLine(error.Message));
                    return 1;
                }
            }

            return 0;
        }
        finally
        {
            Directory.Delete(artifacts, recursive: true);
        }
    }

    private static string RuntimeInformation() => string.Join(", ", BenchmarkEnvironmentInfo.GetCurrent().ToFormattedString());
}
