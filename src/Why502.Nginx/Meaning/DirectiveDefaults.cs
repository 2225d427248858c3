using Why502.Nginx.Directives;

namespace Why502.Nginx;

/// <summary>
/// What nginx takes when a directive is not there: the table's column <c>default</c>. A cell may hold several values, each but the first
/// after the version that brought it (<c>1.0; 1.29.7: 1.1</c>), sizes that depend on the memory page (<c>4k|8k</c>; the first is x86's),
/// and in brackets what is no value but a description.
/// </summary>
public static class DirectiveDefaults
{
    /// <summary>Older than any change of a default that would matter for a version nobody has named.</summary>
    private static readonly Version Assumed = new(1, 29, 6);

    /// <summary>nginx's default; empty when the directive has none, or only a description of one.</summary>
    /// <param name="version">The nginx that is meant; without it the last one before upstream keepalive became the default (1.29.7).</param>
    public static IReadOnlyList<string> Of(DirectiveForm form, Version? version = null)
    {
        ArgumentNullException.ThrowIfNull(form);
        var value = At(form.Default, version ?? Assumed);
        if (value.Length == 0 || value[0] == '(')
        {
            return [];
        }

        return [.. value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word == "\"\"" ? string.Empty : word.Split('|')[0])];
    }

    /// <summary>What stands in brackets instead of a value; null when there is a value or nothing.</summary>
    public static string? DescriptionOf(DirectiveForm form, Version? version = null)
    {
        ArgumentNullException.ThrowIfNull(form);
        var value = At(form.Default, version ?? Assumed);
        return value.StartsWith('(') ? value.Trim('(', ')') : null;
    }

    private static string At(string cell, Version version)
    {
        if (!cell.Contains(';'))
        {
            return cell;
        }

        var value = string.Empty;
        foreach (var part in cell.Split(';'))
        {
            var text = part.Trim();
            var colon = text.IndexOf(':');
            if (colon < 0 || !Version.TryParse(text.AsSpan(0, colon), out var since))
            {
                value = text;
            }
            else if (version >= since)
            {
                value = text[(colon + 1)..].Trim();
            }
        }

        return value;
    }
}
