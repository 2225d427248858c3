using Why502.Diagnosis;
using Why502.Diagnosis.Stacks;

namespace Why502.Host.Machine;

/// <summary>The readers of this room for text that was pasted on another machine: the same rules, and nothing here is looked at.</summary>
public static class HostText
{
    private const int CommandLineCharsMax = 8192;

    /// <summary>Rules in the form of iptables-save.</summary>
    public static PacketFilterFact Filter(string saved, string tool)
        => new FilterTraversal(IptablesSave.Parse(saved, tool, tool.StartsWith("ip6", StringComparison.Ordinal) ? "ip6" : "ip")).Fact();

    /// <summary>The pools of a PHP-FPM file, or of a few lines of one: without a section they are one pool's.</summary>
    public static IReadOnlyList<PhpFpmPool> Pools(string text, string file) => FpmConfiguration.OfText(text, file);

    /// <summary>The app server that a command line starts, and the addresses it names; null when it is none that is known.</summary>
    public static (string Stack, IReadOnlyList<string> Addresses)? App(string commandLine)
    {
        if (commandLine.Length > CommandLineCharsMax)
        {
            return null;
        }

        // A title ("gunicorn: master [app]") is one string with blanks.
        var title = commandLine.Contains(": ", StringComparison.Ordinal) ? AppStack.Of([commandLine]) : null;
        var stack = title ?? AppStack.Of(Options.Split(commandLine));
        return stack is null ? null : (stack.Name, BindAddresses.Of(new AppLaunch(stack, new Dictionary<string, string>(), null, _ => null)));
    }
}
