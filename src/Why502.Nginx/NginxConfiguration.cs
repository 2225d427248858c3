using System.Text;
using Why502.Nginx.Syntax;

namespace Why502.Nginx;

/// <summary>
/// A whole nginx configuration: every file losslessly, the directives as they take effect, and what they mean.
/// A broken configuration is still a configuration: what could be read is here, what could not is in <see cref="Problems"/>.
/// </summary>
public sealed partial class NginxConfiguration
{
    private readonly Lazy<ModelBuilder> model;
    private readonly Dictionary<Directive, IReadOnlyList<Inclusion>> inclusions;

    private NginxConfiguration(string mainFile, string prefix, ConfigurationLoader loader, IReadOnlyList<Directive> root, bool unprivileged)
    {
        MainFile = mainFile;
        Prefix = prefix;
        Files = loader.Files;
        Problems = loader.Problems;
        inclusions = loader.Inclusions;
        Root = root;
        // Reading and checking need no model, and it costs as much as the reading.
        model = new(() => new ModelBuilder(root, loader.Files, unprivileged));
    }

    public string MainFile { get; }

    public string Prefix { get; }

    /// <summary>Every file that could be read, once, in the order nginx opens them.</summary>
    public IReadOnlyList<ConfigurationFile> Files { get; }

    public IReadOnlyList<Problem> Problems { get; }

    /// <summary>A block is still open where a file ends: what should stand behind it was never read.</summary>
    public bool EndsEarly => Problems.Any(problem => problem.Kind == ProblemKind.Syntax && problem.Message.StartsWith("unexpected end of file", StringComparison.Ordinal));

    /// <summary>The top-level directives in effect, those of <c>-g</c> first, includes replaced by what they bring in.</summary>
    public IReadOnlyList<Directive> Root { get; }

    /// <summary>Every directive in effect, in order, each before those in its block.</summary>
    public IEnumerable<Directive> Everything
    {
        get
        {
            // A stack of its own: blocks may lie in one another as deep as a hostile file wants.
            var open = new Stack<IEnumerator<Directive>>([Root.GetEnumerator()]);
            while (open.Count > 0)
            {
                if (!open.Peek().MoveNext())
                {
                    open.Pop().Dispose();
                    continue;
                }

                yield return open.Peek().Current;
                if (open.Peek().Current.Block is { } block)
                {
                    open.Push(block.GetEnumerator());
                }
            }
        }
    }

    /// <summary>The http servers in the order nginx reads them.</summary>
    public IReadOnlyList<Server> Servers => model.Value.Servers;

    public IReadOnlyList<StreamServer> StreamServers => model.Value.StreamServers;

    public IReadOnlyList<MailServer> MailServers => model.Value.MailServers;

    /// <summary>Every map, geo, split_clients, charset_map and http-wide types block, in order.</summary>
    public IReadOnlyList<ValueMap> ValueMaps => model.Value.ValueMaps;

    public IReadOnlyList<UpstreamGroup> Upstreams => model.Value.Upstreams;

    public IReadOnlyList<ProxiedLocation> ProxiedLocations => model.Value.ProxiedLocations;

    public IEnumerable<StubStatusLocation> StubStatus => model.Value.StubStatus;

    public string? User => AtTop("user").Value;

    /// <summary>Null for <c>auto</c>, which means one per processor.</summary>
    public int? WorkerProcesses => AtTop("worker_processes").AsNumber;

    public int? WorkerConnections => AtEvents("worker_connections").AsNumber;

    public long? WorkerRlimitNofile => AtTop("worker_rlimit_nofile").AsSize;

    /// <summary>As written; relative to <see cref="Prefix"/>. Null when the compiled default is in force.</summary>
    public string? PidFile => AtTop("pid").Value;

    /// <param name="mainFile">The main file's path, the content of which may also be an <c>nginx -T</c> dump.</param>
    /// <param name="prefix">nginx's <c>-p</c>: what relative paths other than includes are relative to.</param>
    /// <param name="globalDirectives">nginx's <c>-g</c>.</param>
    public static NginxConfiguration Load(IConfigurationSource source, string mainFile, string prefix, string? globalDirectives = null) =>
        Load(source, mainFile, prefix, globalDirectives, unprivileged: false);

    /// <param name="unprivileged">The master does not run as root: a server without <c>listen</c> then gets port 8000.</param>
    public static NginxConfiguration Load(IConfigurationSource source, string mainFile, string prefix, string? globalDirectives, bool unprivileged)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(mainFile);
        ArgumentNullException.ThrowIfNull(prefix);
        prefix = prefix.EndsWith('/') ? prefix : prefix + "/";
        mainFile = mainFile.StartsWith('/') ? mainFile : prefix + mainFile;
        var isDump = false;
        if (source.Read(mainFile).Content is { } content && DumpText.IsDump(content))
        {
            var files = DumpText.Split(content);
            source = new InMemorySource(files);
            mainFile = files[0].Key;
            isDump = true;
        }

        var loader = new ConfigurationLoader(source, mainFile[..(mainFile.LastIndexOf('/') + 1)]) { IsDump = isDump };
        var root = new List<Directive>();
        if (globalDirectives is not null)
        {
            loader.LoadGlobal(Encoding.UTF8.GetBytes(globalDirectives), root);
        }

        loader.LoadFile(mainFile, null, new SourceLine(mainFile, 1), 0, root);
        return new NginxConfiguration(mainFile, prefix, loader, root, unprivileged);
    }

    /// <summary>The value of a directive at the main level.</summary>
    public EffectiveValue AtTop(string directiveName) => Inheritance.At(Root, directiveName, BlockLevels.FormAtMain(directiveName));

    /// <summary>The files an <c>include</c> opened or failed to open, in order; null for any other directive.</summary>
    internal IReadOnlyList<Inclusion>? InclusionsOf(Directive include) => inclusions.GetValueOrDefault(include);

    private EffectiveValue AtEvents(string name) =>
        Inheritance.At(Root.Where(d => d.Is("events")).SelectMany(d => d.Block ?? []), name, BlockLevels.FormInEvents(name));
}
