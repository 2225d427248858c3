namespace Why502.Nginx.Syntax;

/// <summary>Follows includes as ngx_conf_include does and gives every directive its logical place.</summary>
internal sealed class ConfigurationLoader(IConfigurationSource source, string configurationPrefix)
{
    /// <summary>nginx has no limit and dies of too many open files; nobody nests includes this deep on purpose.</summary>
    public const int IncludeDepthMax = 64;

    /// <summary>Blocks nested deeper than this are read but not walked into; nginx itself would recurse.</summary>
    public const int BlockDepthMax = 256;

    /// <summary>Files that are included again and again may multiply the configuration by this many directives, no more.</summary>
    public const int RepeatedDirectivesMax = 1_000_000;

    /// <summary>So many problems are reported; a configuration with more has one that comes first.</summary>
    public const int ProblemsMax = 10_000;

    private readonly Dictionary<string, ConfigurationFile?> byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> failures = new(StringComparer.Ordinal);
    private readonly List<string> openFiles = [];
    private int repeatedDirectives;
    private bool repeatedTooOften;

    public List<ConfigurationFile> Files { get; } = [];

    public List<Problem> Problems { get; } = [];

    /// <summary>What each <c>include</c> opened or failed to open, in order.</summary>
    public Dictionary<Directive, IReadOnlyList<Inclusion>> Inclusions { get; } = [];

    public bool IsDump { get; init; }

    /// <summary>An include is a directive like any other then.</summary>
    public bool IsSingleFile { get; init; }

    public Directive[] LoadWritten(ConfigurationFile file)
    {
        List<Directive>? effective = null;
        return Build(file, 0, file.Tree.Nodes.Length, null, 0, ref effective);
    }

    /// <summary>Reads a file and everything it includes; null when it cannot be read (the problem is noted at <paramref name="from"/>).</summary>
    public IReadOnlyList<Directive>? LoadFile(string path, Directive? parent, SourceLine from, int depth, List<Directive> into)
    {
        var known = byPath.ContainsKey(path);
        var file = FileAt(path, from);
        if (file is null)
        {
            return null;
        }

        if (known && !MayRepeat(file, from))
        {
            return null;
        }

        openFiles.Add(path);
        List<Directive>? effective = into;
        var written = Build(file, 0, file.Tree.Nodes.Length, parent, depth, ref effective);
        openFiles.RemoveAt(openFiles.Count - 1);
        if (!known)
        {
            file.Directives = written;
        }

        return written;
    }

    /// <summary>The directives of <c>-g</c>, which nginx reads before the main file (ngx_conf_param).</summary>
    public void LoadGlobal(byte[] text, List<Directive> into)
    {
        var file = new ConfigurationFile("command line", text, IsDump);
        foreach (var problem in file.Tree.Problems)
        {
            // ngx_conf_param adds the last semicolon itself.
            if (problem.Offset < text.Length)
            {
                Report(new SourceLine(file.Path, problem.Line), problem.Message, ProblemKind.Syntax);
            }
        }

        List<Directive>? effective = into;
        file.Directives = Build(file, 0, file.Tree.Nodes.Length, null, 0, ref effective);
    }

    private ConfigurationFile? FileAt(string path, SourceLine from)
    {
        if (!byPath.TryGetValue(path, out var file))
        {
            var read = source.Read(path);
            if (read.Content is not null)
            {
                file = new ConfigurationFile(path, read.Content, IsDump);
                Files.Add(file);
                ReportSyntax(file);
            }

            byPath.Add(path, file);
            if (file is null)
            {
                failures.Add(path, Inclusion.FailureOf(path, read.Problem ?? "(2: No such file or directory)"));
            }
        }

        if (file is null)
        {
            Report(from, failures[path], ProblemKind.Include);
        }

        return file;
    }

    private bool MayRepeat(ConfigurationFile file, SourceLine from)
    {
        repeatedDirectives += file.Tree.Nodes.Length;
        if (repeatedDirectives <= RepeatedDirectivesMax)
        {
            return true;
        }

        if (!repeatedTooOften)
        {
            repeatedTooOften = true;
            Report(from, $"files are included again and again: more than {RepeatedDirectivesMax} repeated directives", ProblemKind.Include);
        }

        return false;
    }

    /// <summary>Makes the directives of a range of sibling nodes; returns what is written and puts what is in effect into <paramref name="effective"/>, which stays null while the two are the same.</summary>
    private Directive[] Build(ConfigurationFile file, int first, int end, Directive? parent, int depth, ref List<Directive>? effective)
    {
        var tree = file.Tree;
        var count = 0;
        for (var i = first; i < end; i = tree.Node(i).Next)
        {
            count++;
        }

        var written = new Directive[count];
        count = 0;
        for (var i = first; i < end; i = tree.Node(i).Next)
        {
            var directive = new Directive(file, i, parent);
            ref readonly var node = ref tree.Node(i);
            if (node.BodyStart < 0 && !IsSingleFile && IsInclude(file, i))
            {
                effective ??= [.. written.AsSpan(0, count)];
                Include(directive, depth, effective);
            }
            else
            {
                effective?.Add(directive);
                if (node.BodyStart >= 0 && !node.IsRaw)
                {
                    BuildBlock(directive, i + 1, node.Next, depth + 1);
                }
            }

            written[count++] = directive;
        }

        return written;
    }

    private void BuildBlock(Directive directive, int first, int end, int depth)
    {
        if (first == end || depth > BlockDepthMax)
        {
            if (first != end)
            {
                Report(directive.TerminatorAt, $"blocks are nested more than {BlockDepthMax} deep", ProblemKind.Include);
            }

            directive.Block = directive.Written = [];
            return;
        }

        List<Directive>? effective = null;
        var written = Build(directive.File, first, end, directive, depth, ref effective);
        directive.Written = written;
        directive.Block = effective is null ? written : effective;
    }

    private static bool IsInclude(ConfigurationFile file, int index)
    {
        var tokens = file.Tree.TokensOf(index);
        return tokens.Length == 2 && file.Bytes.AsSpan(tokens[0].Start, tokens[0].Length).SequenceEqual("include"u8);
    }

    private void Include(Directive directive, int depth, List<Directive> effective)
    {
        directive.Included = [];
        var pattern = FullName(directive.Arguments[0]);
        if (openFiles.Count >= IncludeDepthMax)
        {
            Report(directive.TerminatorAt, $"includes are nested more than {IncludeDepthMax} deep", ProblemKind.Include);
            return;
        }

        var start = effective.Count;
        var inclusions = new List<Inclusion>();
        Inclusions.Add(directive, inclusions);
        foreach (var path in GlobPattern.IsGlob(pattern) ? source.Glob(pattern) : [pattern])
        {
            if (openFiles.Contains(path))
            {
                Report(directive.TerminatorAt, $"\"{path}\" includes itself: nginx would open it until it has too many open files", ProblemKind.Include);
                inclusions.Add(new Inclusion(null, null, $"open() \"{path}\" failed (24: Too many open files)"));
                continue;
            }

            var written = LoadFile(path, directive.Parent, directive.TerminatorAt, depth, effective);
            inclusions.Add(new Inclusion(byPath[path], written, failures.GetValueOrDefault(path)));
        }

        directive.Included = new Slice(effective, start, effective.Count - start);
    }

    /// <summary>ngx_conf_full_name with conf_prefix: relative to the folder of the main configuration file.</summary>
    private string FullName(string path) => path.StartsWith('/') ? path : configurationPrefix + path;

    private void ReportSyntax(ConfigurationFile file)
    {
        foreach (var problem in file.Tree.Problems)
        {
            Report(new SourceLine(file.Path, problem.Line), problem.Message, ProblemKind.Syntax, file.ColumnOf(problem.Offset), problem.Hint);
        }
    }

    private void Report(SourceLine at, string message, ProblemKind kind, int column = 0, string? hint = null)
    {
        if (Problems.Count < ProblemsMax)
        {
            Problems.Add(new Problem(at, message, kind, hint, column));
        }
    }

    /// <summary>A view of what an include brought in: a copy per level would make nested includes cost their square.</summary>
    private sealed class Slice(List<Directive> list, int start, int count) : IReadOnlyList<Directive>
    {
        public int Count => count;

        public Directive this[int index] => list[start + index];

        public IEnumerator<Directive> GetEnumerator()
        {
            for (var i = 0; i < count; i++)
            {
                yield return list[start + i];
            }
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
