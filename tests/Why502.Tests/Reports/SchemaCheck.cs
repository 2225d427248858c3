using System.Text.Json;

namespace Why502.Tests.Reports;

/// <summary>The part of JSON Schema 2020-12 that our schema uses: type, enum, const, required, properties, additionalProperties, items, anyOf, $ref, minimum, maximum, date-time.</summary>
internal static class SchemaCheck
{
    private static readonly HashSet<string> Known = ["$schema", "$defs", "title", "type", "enum", "const", "required", "properties", "additionalProperties", "items", "anyOf", "$ref", "minimum", "maximum", "format"];

    public static IReadOnlyList<string> Errors(JsonElement schema, JsonElement value)
    {
        var errors = new List<string>();
        Check(schema, schema, value, "$", errors);
        return errors;
    }

    private static void Check(JsonElement root, JsonElement schema, JsonElement value, string at, List<string> errors)
    {
        errors.AddRange(schema.EnumerateObject().Where(keyword => !Known.Contains(keyword.Name)).Select(keyword => $"{at}: the checker does not know {keyword.Name}"));
        if (schema.TryGetProperty("$ref", out var reference))
        {
            Check(root, root.GetProperty("$defs").GetProperty(reference.GetString()!["#/$defs/".Length..]), value, at, errors);
        }

        if (schema.TryGetProperty("anyOf", out var any) && !any.EnumerateArray().Any(candidate => IsValid(root, candidate, value)))
        {
            errors.Add($"{at}: fits none of anyOf");
        }

        if (schema.TryGetProperty("type", out var type) && !Types(type).Contains(TypeOf(value)) && !(TypeOf(value) == "integer" && Types(type).Contains("number")))
        {
            errors.Add($"{at}: is {TypeOf(value)}, not {type}");
            return;
        }

        if (schema.TryGetProperty("const", out var constant) && constant.GetString() != value.GetString())
        {
            errors.Add($"{at}: is not {constant}");
        }

        if (schema.TryGetProperty("enum", out var words) && words.EnumerateArray().All(word => word.GetString() != value.GetString()))
        {
            errors.Add($"{at}: {value} is not in the enumeration");
        }

        CheckNumber(schema, value, at, errors);
        if (schema.TryGetProperty("format", out _) && value.ValueKind == JsonValueKind.String && !value.TryGetDateTimeOffset(out _))
        {
            errors.Add($"{at}: {value} is no date and time");
        }

        CheckChildren(root, schema, value, at, errors);
    }

    private static void CheckNumber(JsonElement schema, JsonElement value, string at, List<string> errors)
    {
        if (value.ValueKind == JsonValueKind.Number
            && ((schema.TryGetProperty("minimum", out var least) && value.GetDouble() < least.GetDouble()) || (schema.TryGetProperty("maximum", out var most) && value.GetDouble() > most.GetDouble())))
        {
            errors.Add($"{at}: {value} is out of range");
        }
    }

    private static void CheckChildren(JsonElement root, JsonElement schema, JsonElement value, string at, List<string> errors)
    {
        if (schema.TryGetProperty("additionalProperties", out var others) && value.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in value.EnumerateObject().Where(property => !schema.TryGetProperty("properties", out var known) || !known.TryGetProperty(property.Name, out _)))
            {
                Check(root, others, property.Value, $"{at}.{property.Name}", errors);
            }
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var name in schema.TryGetProperty("required", out var required) ? required.EnumerateArray().Select(item => item.GetString()!) : [])
            {
                if (!value.TryGetProperty(name, out _))
                {
                    errors.Add($"{at}: {name} is missing");
                }
            }

            foreach (var property in schema.TryGetProperty("properties", out var properties) ? properties.EnumerateObject().ToList() : [])
            {
                if (value.TryGetProperty(property.Name, out var child))
                {
                    Check(root, property.Value, child, $"{at}.{property.Name}", errors);
                }
            }
        }

        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            var index = 0;
            foreach (var child in value.EnumerateArray())
            {
                Check(root, items, child, $"{at}[{index++}]", errors);
            }
        }
    }

    private static bool IsValid(JsonElement root, JsonElement schema, JsonElement value)
    {
        var errors = new List<string>();
        Check(root, schema, value, "", errors);
        return errors.Count == 0;
    }

    private static IReadOnlyList<string> Types(JsonElement type)
        => type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Select(item => item.GetString()!)] : [type.GetString()!];

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "integer" : "number",
        _ => "null",
    };
}
