namespace Why502.Logs.Commands;

/// <summary>All readers of pasted output and settings files.</summary>
public static class CommandReaders
{
    /// <summary>A command's output is short: what is longer is a log, and not looked at.</summary>
    public const int LinesMax = 5_000;

    public const int LineCharsMax = 4096;

    public static IReadOnlyList<ICommandReader> All { get; } =
    [
        new NameListing(),
        new TlsListing(),
        new SocketListing(),
        new UnitStatus(),
        new UnitListing(),
        new ProcessListing(),
        new PathListing(),
        new DirectoryListing(),
        new AclListing(),
        new ConnectionTrial(),
        new AnswerListing(),
        new ClientAnswer(),
        new FilterListing(),
        new FirewallListing(),
        new RulesetListing(),
        new LaunchRecipe(),
        new PortRecipe(),
        new SelectorRecipe(),
        new NginxVersion(),
        new PoolFile(),
        new ContainerListing(),
        new ContainerAddresses(),
        new ContainerRecipe(),
        new ComposeFile(),
        new ContainerCommand(),
        new ReachListing(),
        new ConnectionListing(),
        new DiskListing(),
        new MemoryListing(),
        new LoadListing(),
        new KernelSettings(),
        new PolicyListing(),
        new ProfileListing(),
        new PortTypeListing(),
        new ContainerUseListing(),
        new LimitListing(),
    ];

    /// <summary>The readers that recognise the text.</summary>
    public static IReadOnlyList<ICommandReader> For(PastedText text) => text.Lines.Count > LinesMax ? [] : [.. All.Where(reader => reader.Looks(text))];

    public static IReadOnlyList<CommandRecord> Read(PastedText text)
        => [.. For(text).SelectMany(reader => reader.Read(text)).Select(record => record with { File = text.File })];
}
