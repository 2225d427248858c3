using System.Runtime.CompilerServices;
using System.Text;
using Why502.Reports;

namespace Why502.Cli;

/// <summary>Standard output and error as one value: what is connected to them decides about width, colour and progress, never about content.</summary>
internal sealed class Terminal
{
    /// <summary>EPIPE of errno(3), which the runtime keeps as the exception's result.</summary>
    private const int BrokenPipe = 32;

    private static readonly UTF8Encoding Utf8 = new(false);

    private readonly Stream output;
    private readonly Stream error;

    public Terminal(Stream output, Stream error, bool outputIsTerminal, bool errorIsTerminal, bool colour, int width)
    {
        this.output = output;
        this.error = error;
        OutputIsTerminal = outputIsTerminal;
        ErrorIsTerminal = errorIsTerminal;
        Colour = colour && outputIsTerminal;
        Width = width;
    }

    public bool OutputIsTerminal { get; }

    public bool ErrorIsTerminal { get; }

    public bool Colour { get; }

    public int Width { get; }

    public static Terminal System()
    {
        var outputIsTerminal = !Console.IsOutputRedirected;
        var dumb = Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb";
        return new Terminal(
            Console.OpenStandardOutput(),
            Console.OpenStandardError(),
            outputIsTerminal,
            !Console.IsErrorRedirected && !dumb,
            !dumb && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
            outputIsTerminal ? WindowWidth() : Page.WidthDefault);
    }

    public void Write(Page page)
    {
        if (Colour)
        {
            Coloured(page);
        }
        else
        {
            Write(page.ToString());
        }
    }

    public void Write(string text) => Write(Utf8.GetBytes(text));

    /// <summary>Why something that was printed did not get where it was sent (a full disk), or null. The command goes on to its end: a repair must not stop for want of a reader.</summary>
    public static string? Lost { get; private set; }

    /// <summary>A reader that went away (<c>| head</c>) is no error of ours.</summary>
    public void Write(ReadOnlySpan<byte> bytes) => Write(output, bytes);

    public static void Write(Stream output, ReadOnlySpan<byte> bytes)
    {
        try
        {
            output.Write(bytes);
            output.Flush();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Of a pipe without a reader or a closed descriptor nobody is left to be told, and the exit status stands.
            Lost ??= failure is IOException { HResult: not BrokenPipe } ? failure.Message : null;
        }
    }

    public void Complain(string message)
    {
        var text = string.Join('\n', message.Split('\n').Select(line => Why502.Logs.Sanitizer.Line(line, 2000)));
        WriteError($"why502: {text}\n");
    }

    public void WriteError(string text)
    {
        try
        {
            error.Write(Utf8.GetBytes(text));
            error.Flush();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // As above.
        }
    }

    // Only here is the console library loaded: plain output must not pay for it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Coloured(Page page) => ColourWriter.Write(page, Write);

    private static int WindowWidth()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? width : Page.WidthDefault;
        }
        catch (IOException)
        {
            return Page.WidthDefault;
        }
    }
}
