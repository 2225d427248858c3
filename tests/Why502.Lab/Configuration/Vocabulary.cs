namespace Why502.Lab.Configuration;

/// <summary>Lines of configuration by the kind of block they belong into, from a text file of sections.</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, List<string>> _sections = new(StringComparer.Ordinal);

    private Vocabulary()
    {
    }

    public static Vocabulary Directives { get; } = Load("vocabulary.txt");

    public static Vocabulary Mistakes { get; } = Load("mistakes.txt");

    public IReadOnlyList<string> this[string section] => _sections.TryGetValue(section, out var lines) ? lines : [];

    public string Any(string section, Random random) => this[section][random.Next(this[section].Count)];

    /// <summary>Takes a line of the vocabulary apart; one that is no whole directive stays text.</summary>
    public static IEnumerable<ConfigurationItem> Parse(string line)
    {
        var words = Words(line);
        var at = 0;
        return Block(words, ref at) is { } items && at == words.Count ? items : [new ConfigurationItem { Text = line }];
    }

    private static Vocabulary Load(string name)
    {
        var vocabulary = new Vocabulary();
        var section = new List<string>();
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Configuration", name)))
        {
            if (line.StartsWith('[') && line.EndsWith(']'))
            {
                vocabulary._sections.Add(line[1..^1], section = []);
            }
            else if (line.Length > 0 && !line.StartsWith('#'))
            {
                section.Add(line);
            }
        }

        return vocabulary;
    }

    private static List<ConfigurationItem>? Block(List<string> words, ref int at)
    {
        var items = new List<ConfigurationItem>();
        var current = new List<string>();
        while (at < words.Count && words[at] != "}")
        {
            var word = words[at++];
            if (word is ";" or "{" && current.Count == 0)
            {
                return null;
            }

            if (word == ";")
            {
                items.Add(new ConfigurationItem { Words = current });
                current = [];
            }
            else if (word == "{")
            {
                var block = Block(words, ref at);
                if (block is null || at == words.Count)
                {
                    return null;
                }

                at++;
                items.Add(new ConfigurationItem { Words = current, Block = block, Kind = current[0] });
                current = [];
            }
            else
            {
                current.Add(word);
            }
        }

        return current.Count == 0 ? items : null;
    }

    /// <summary>Words, semicolons and braces. A brace counts where a word could begin; what is in quotes stays together.</summary>
    private static List<string> Words(string line)
    {
        var words = new List<string>();
        for (var i = 0; i < line.Length;)
        {
            if (line[i] == ' ')
            {
                i++;
            }
            else if (line[i] is ';' or '{' or '}')
            {
                words.Add(line[i++].ToString());
            }
            else
            {
                var end = WordEnd(line, i);
                words.Add(line[i..end]);
                i = end;
            }
        }

        return words;
    }

    private static int WordEnd(string line, int i)
    {
        if (line[i] is '"' or '\'')
        {
            var close = line.IndexOf(line[i], i + 1);
            i = close < 0 ? line.Length : close + 1;
        }

        while (i < line.Length && line[i] is not (' ' or ';'))
        {
            i++;
        }

        return i;
    }
}
