using System.Text.Json;
using System.Text.Json.Nodes;
using Why502.Diagnosis;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Cli.Driver;

/// <summary>
/// Takes the secrets out of answers before they are written. Configurations lose them in place (<see cref="ConfigurationSecrets"/>); the same
/// words are replaced by the same masks in everything else, so that questions made from a configuration are still those that were answered. What other texts
/// hold goes by <see cref="Redactor"/>, as in every output.
/// </summary>
internal sealed class RecordSecrets
{
    /// <summary>Members that name a container: as long as a key, and no secret.</summary>
    private static readonly HashSet<string> Identifiers = new(StringComparer.Ordinal) { "id", "container" };

    private readonly ConfigurationSecrets secrets = new();
    private readonly IReadOnlyDictionary<string, string> known;
    private readonly Dictionary<byte[], byte[]> masked = [];

    public RecordSecrets(IEnumerable<Answer> answers)
    {
        foreach (var file in answers.Select(answer => answer.Fact).OfType<ConfigurationFact>().SelectMany(fact => fact.Files))
        {
            if (file.Content is { } content)
            {
                masked[content] = secrets.Mask(content);
            }
        }

        known = secrets.Known;
    }

    /// <summary>One answer as the record holds it.</summary>
    public byte[] Serialize(Answer answer)
    {
        var without = answer.Fact is ConfigurationFact fact
            ? answer with { Fact = new ConfigurationFact([.. fact.Files.Select(file => file.Content is { } content ? file with { Content = masked[content] } : file)]) }
            : answer;
        var node = JsonSerializer.SerializeToNode(without, RecordJson.Default.Answer)!.AsObject();
        foreach (var (name, part) in node.ToList())
        {
            // A question is found again by what it says: only what the configuration's own masks change may change in it.
            Put(node, name, part, Clean(part, isText: name != "question", isContent: answer.Fact is ConfigurationFact));
        }

        return JsonSerializer.SerializeToUtf8Bytes(node, RecordJson.Default.JsonObject);
    }

    /// <summary>The address that the user named stands in the options and in a question.</summary>
    public static DiagnosisOptions Of(DiagnosisOptions options) => options.Url is { } url ? options with { Url = Redactor.Text(url) } : options;

    private JsonNode? Clean(JsonNode? node, bool isText, bool isContent)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var (name, value) in map.ToList())
                {
                    // Content is the configuration itself, and URL the one that the options name.
                    if (!isContent || name != "content")
                    {
                        Put(map, name, value, Clean(value, (isText && !Identifiers.Contains(name)) || name == "url", isContent));
                    }
                }

                return map;
            case JsonArray list:
                for (var i = 0; i < list.Count; i++)
                {
                    var (was, item) = (list[i], Clean(list[i], isText, isContent));
                    if (!ReferenceEquals(was, item))
                    {
                        list[i] = item;
                    }
                }

                return list;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                var text = value.GetValue<string>();
                var replaced = ConfigurationSecrets.Replace(text, known);
                replaced = isText && !IsPath(replaced) ? Redactor.Text(replaced) : replaced;
                return replaced == text ? value : JsonValue.Create(replaced, RecordJson.Default.String);
            default:
                return node;
        }
    }

    private static void Put(JsonObject map, string name, JsonNode? was, JsonNode? value)
    {
        if (!ReferenceEquals(was, value))
        {
            map[name] = value;
        }
    }

    /// <summary>Paths and sockets are addresses of the machine that causes compare.</summary>
    private static bool IsPath(string text) => (text.StartsWith('/') || text.StartsWith("unix:/", StringComparison.Ordinal)) && text.AsSpan().IndexOfAny(" ?=\t\n") < 0;
}
