namespace Why502.Lab.Configuration;

/// <summary>Makes one mistake (or what looks like one) in a configuration.</summary>
internal static class Mutation
{
    private static readonly string[] Values =
    [
        "\"\"", "on", "off", "0", "1", "-1", "10", "65536", "1k", "10m", "1g", "10q", "5s", "1h30m", "1x", "99999999999999999999", "bogus", "$nosuch", "$host", "$", "${host", "${host}x", "$1",
        "(", "[a", "~*(", "~^/a(b)$", "http://", "https://x", "unix:", "unix:/tmp/x", "127.0.0.1", "127.0.0.1:99999", "[::1]:80", "=", "@x", "@fallback", "/", "/a/b", "*", "always", "default_server",
        "zone=base", "zone=nosuch", "base", "combined", "main", "x=y", "\"a b\"", "'it''s'", "\\", "a;b", "100%", "ÿ", "4294967296", "2147483648", "default", "none", "all", "html",
    ];

    private const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789$/:=.-_~^*\"'{};() \n#\\";

    /// <summary>Changes the configuration, or says how its text has to be changed; the answer names what was done.</summary>
    public static string Apply(GeneratedConfiguration configuration, Random random, Dictionary<string, Func<string, string>> edits)
    {
        var blocks = configuration.Blocks().Where(block => block.Items.Count > 0).ToList();
        var (kind, items) = blocks[random.Next(blocks.Count)];
        var index = random.Next(items.Count);
        var item = items[index];
        switch (random.Next(20))
        {
            case 0:
                return "none";
            case 1:
                Change(item, 0, random);
                return "name";
            case 2:
                items.RemoveAt(index);
                return "removed";
            case 3:
                items.Insert(index, item.Copy());
                return "repeated";
            case 4:
                var target = blocks[random.Next(blocks.Count)].Items;
                target.Insert(random.Next(target.Count + 1), item.Copy());
                return "moved";
            case 5 when item.Words.Count > 1:
                item.Words.RemoveAt(1 + random.Next(item.Words.Count - 1));
                return "argument removed";
            case 6 when item.Words.Count > 0:
                item.Words.Insert(1 + random.Next(item.Words.Count), Values[random.Next(Values.Length)]);
                return "argument added";
            case 7 or 8 or 9 when item.Words.Count > 1:
                item.Words[1 + random.Next(item.Words.Count - 1)] = Values[random.Next(Values.Length)];
                return "value";
            case 10 or 11 when item.Words.Count > 1:
                Change(item, 1 + random.Next(item.Words.Count - 1), random);
                return "argument changed";
            case 12:
                var file = configuration.Files.Keys.ElementAt(random.Next(configuration.Files.Count));
                var position = random.NextDouble();
                var letter = Letters[random.Next(Letters.Length)];
                var remove = random.Next(2) == 0;
                edits[file] = text => Text(text, position, letter, remove);
                return "text";
            case 13:
                foreach (var valid in Vocabulary.Parse(Vocabulary.Directives.Any(Section(Vocabulary.Directives, kind), random)))
                {
                    items.Insert(random.Next(items.Count + 1), valid);
                }

                return "added";
            default:
                var place = random.Next(items.Count + 1);
                foreach (var mistake in Vocabulary.Parse(Vocabulary.Mistakes.Any(Section(Vocabulary.Mistakes, kind), random)))
                {
                    items.Insert(place++, mistake);
                }

                return "mistake";
        }
    }

    private static string Section(Vocabulary vocabulary, string kind) => vocabulary[kind].Count > 0 ? kind : "location";

    private static void Change(ConfigurationItem item, int word, Random random)
    {
        if (item.Words.Count > word)
        {
            item.Words[word] = Text(item.Words[word], random.NextDouble(), Letters[random.Next(Letters.Length)], random.Next(2) == 0);
        }
    }

    private static string Text(string text, double position, char letter, bool remove)
    {
        var at = (int)(position * text.Length);
        return remove && at < text.Length ? text.Remove(at, 1) : text.Insert(at, letter.ToString());
    }
}
