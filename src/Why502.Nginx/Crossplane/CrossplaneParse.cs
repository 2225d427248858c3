using Why502.Nginx.Directives;
using Why502.Nginx.Syntax;

namespace Why502.Nginx.Crossplane;

/// <summary>
/// Parses a configuration the way crossplane does: file by file, in the order in which includes name them, each one once.
/// What is an error, and where, is nginx's word; without <see cref="CrossplaneOptions.SyntaxOnly"/> crossplane's checks come on top.
/// </summary>
public sealed class CrossplaneParse
{
    private readonly IConfigurationSource source;
    private readonly CrossplaneOptions options;
    private readonly string prefix;
    private readonly List<CrossplaneFile> files = [];
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);

    private CrossplaneParse(IConfigurationSource source, string mainFile, CrossplaneOptions options)
    {
        this.source = source;
        this.options = options;
        prefix = mainFile[..(mainFile.LastIndexOf('/') + 1)];
    }

    /// <summary>The main file first.</summary>
    public IReadOnlyList<CrossplaneFile> Files => files;

    public IEnumerable<CrossplaneError> Errors => files.SelectMany(file => file.Errors);

    internal CrossplaneOptions Options => options;

    /// <param name="content">The main file's bytes; a dump of <c>nginx -T</c> is a whole configuration unless a single file was asked for.</param>
    public static CrossplaneParse Of(IConfigurationSource source, string mainFile, byte[] content, CrossplaneOptions options)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(mainFile);
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(options);
        if (!options.SingleFile && DumpText.IsDump(content))
        {
            var parts = DumpText.Split(content);
            source = new InMemorySource(parts);
            (mainFile, content) = (parts[0].Key, parts[0].Value);
        }

        var parse = new CrossplaneParse(source, mainFile, options);
        var file = ConfigurationFile.Parse(mainFile, content);
        parse.numbers.Add(mainFile, 0);
        parse.files.Add(new CrossplaneFile(mainFile, file, BlockContexts.OfTopLevel(file.Tree, file.Bytes)));
        // The list grows while includes are found.
        for (var i = 0; i < parse.files.Count; i++)
        {
            parse.Analyse(parse.files[i]);
        }

        IncludeCycles.Report(parse.files, options);
        foreach (var analysed in parse.files)
        {
            analysed.SortErrors();
        }

        return parse;
    }

    private void Analyse(CrossplaneFile file)
    {
        if (file.File is null)
        {
            return;
        }

        if (options.SyntaxOnly)
        {
            var problems = SkeletonCheck.Problems(file.File.Tree, file.File.Bytes, file.Top);
            foreach (var problem in problems)
            {
                Report(file, problem);
            }

            file.IsBroken = problems.Count > 0;
        }

        new CrossplaneAnalysis(this, file).Run();
    }

    internal static void Report(CrossplaneFile file, SyntaxProblem problem) =>
        file.Add(new CrossplaneError(file.Path, problem.Line, problem.Message, file.File!.ColumnOf(problem.Offset), problem.Hint) { Offset = problem.Offset });

    /// <summary>ngx_conf_include: relative to the main file's folder, a pattern may match nothing, a plain name must be there.</summary>
    /// <returns>The numbers of the files in the payload.</returns>
    internal int[] Include(CrossplaneFile from, in Node node, string pattern, DirectiveContexts around)
    {
        var full = pattern.StartsWith('/') ? pattern : prefix + pattern;
        var found = new List<int>();
        foreach (var path in GlobPattern.IsGlob(full) ? source.Glob(full) : [full])
        {
            if (numbers.TryGetValue(path, out var number) || TryOpen(from, node, path, around, out number))
            {
                found.Add(number);
            }
        }

        return [.. found];
    }

    private bool TryOpen(CrossplaneFile from, in Node node, string path, DirectiveContexts around, out int number)
    {
        number = files.Count;
        var read = source.Read(path);
        if (read.Content is null)
        {
            from.Add(new CrossplaneError(from.Path, options.SyntaxOnly ? node.TerminatorLine : node.Line, $"open() \"{path}\" failed {read.Problem}", from.File!.ColumnOf(node.Start)) { Offset = node.Start });
            return false;
        }

        numbers.Add(path, number);
        files.Add(new CrossplaneFile(path, ConfigurationFile.Parse(path, read.Content), around));
        return true;
    }
}
