namespace Why502.Host.Machine;

/// <summary>A command line as it may be shown.</summary>
internal static class CommandLine
{
    private const int CharactersMax = 1000;
    private const string Hidden = "***";

    private static readonly string[] SecretWords = ["password", "passwd", "passphrase", "secret", "token", "apikey", "api-key", "api_key", "credential", "private-key", "private_key", "accesskey", "access-key", "access_key"];

    public static string? ForPeople(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0)
        {
            return null;
        }

        // A title is one string: its words are looked at one by one.
        var words = arguments.Count == 1 ? arguments[0].Split(' ') : arguments;
        var shown = new List<string>(words.Count);
        var hideNext = false;
        foreach (var word in words)
        {
            shown.Add(hideNext ? Hidden : WithoutSecret(word));
            hideNext = word.StartsWith('-') && !word.Contains('=') && IsSecret(word);
        }

        var line = string.Join(' ', shown);
        return line.Length <= CharactersMax ? line : line[..CharactersMax] + "…";
    }

    private static string WithoutSecret(string word)
    {
        var equals = word.IndexOf('=');
        if (equals > 0 && IsSecret(word[..equals]))
        {
            return word[..(equals + 1)] + Hidden;
        }

        // scheme://user:password@host
        var scheme = word.IndexOf("://", StringComparison.Ordinal);
        var at = scheme < 0 ? -1 : word.IndexOf('@', scheme);
        var colon = at < 0 ? -1 : word.IndexOf(':', scheme + 3);
        return colon >= 0 && colon < at ? word[..(colon + 1)] + Hidden + word[at..] : word;
    }

    private static bool IsSecret(string name) => SecretWords.Any(secret => name.Contains(secret, StringComparison.OrdinalIgnoreCase));
}
