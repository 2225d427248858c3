using System.Runtime.CompilerServices;
using Why502.Cli.Commands;

namespace Why502.Cli;

/// <summary>The entry. What needs no library is answered before one is loaded: start-up time is part of the product.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is ["--version"])
        {
            PrintVersion();
            return Ended(ExitStatus.Healthy);
        }

        // Every page of explain is one plain argument away; parsing it needs no parser.
        if (arguments is ["explain", [not '-', ..] subject])
        {
            return Explain(subject);
        }

        return await RunAsync(arguments).ConfigureAwait(false);
    }

    internal static string Version => typeof(Program).Assembly.GetName().Version is { } version ? version.ToString(3) : "";

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void PrintVersion()
    {
        using var output = Console.OpenStandardOutput();
        Terminal.Write(output, System.Text.Encoding.ASCII.GetBytes($"why502 {Version}\n"));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Explain(string subject) => Guard(() => ExplainCommand.Run(subject, Terminal.System()));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<int> RunAsync(string[] arguments)
    {
        try
        {
            return Ended(await CommandLine.RunAsync(arguments, Terminal.System()).ConfigureAwait(false));
        }
        catch (Exception failure) when (Report(failure))
        {
            return ExitStatus.Failed;
        }
    }

    private static int Guard(Func<int> command)
    {
        try
        {
            return Ended(command());
        }
        catch (Exception failure) when (Report(failure))
        {
            return ExitStatus.Failed;
        }
    }

    /// <summary>A report that was lost is a failure, whatever it said.</summary>
    private static int Ended(int status)
    {
        if (Terminal.Lost is not { } why)
        {
            return status;
        }

        Terminal.System().Complain($"the output could not be written: {why}");
        return ExitStatus.Failed;
    }

    /// <summary>One line that says what to do; a stack trace helps nobody at the prompt. WHY502_TRACE=1 shows it to developers.</summary>
    private static bool Report(Exception failure)
    {
        var message = failure switch
        {
            UsageException usage => usage.Message,
            _ => $"stopped by an error of its own ({failure.GetType().Name}: {Why502.Logs.Sanitizer.Line(failure.Message)}). Please report it with the output of: why502 diagnose --record FILE",
        };
        Terminal.System().Complain(message);
        if (failure is not UsageException && Environment.GetEnvironmentVariable("WHY502_TRACE") == "1")
        {
            Terminal.System().WriteError(failure + "\n");
        }

        return true;
    }
}
