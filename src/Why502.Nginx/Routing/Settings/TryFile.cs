using System.Globalization;

namespace Why502.Nginx.Routing;

/// <summary>One argument of try_files (ngx_http_try_files).</summary>
/// <param name="Code">The status of a last argument <c>=404</c>.</param>
internal sealed record TryFile(Script Name, bool WantsDirectory, bool IsLast, int? Code, Directive Directive)
{
    public static IReadOnlyList<TryFile> Read(Directive? directive)
    {
        if (directive is null)
        {
            return [];
        }

        var words = ByteText.Words(directive);
        var files = new TryFile[words.Length - 1];
        for (var i = 0; i < files.Length; i++)
        {
            var word = words[i + 1];
            var last = i == files.Length - 1;
            var directory = !last && word.EndsWith('/');
            var code = last && word.StartsWith('=') && int.TryParse(word.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var status)
                ? status
                : (int?)null;
            files[i] = new TryFile(Script.Compile(directory ? word[..^1] : word), directory, last, code, directive);
        }

        return files;
    }
}
