using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Why502.Nginx.Routing;

/// <summary>A variable that a block of the http level defines: map, geo or split_clients.</summary>
internal abstract class ValueSource
{
    /// <summary>A volatile map is worked out anew every time.</summary>
    public virtual bool IsVolatile => false;

    public abstract string Value(RouteRun run);

    /// <summary>Every such block, by variable name; of two for one name the later counts.</summary>
    public static Dictionary<string, ValueSource> Read(IReadOnlyList<Directive> root)
    {
        var found = new Dictionary<string, ValueSource>(StringComparer.Ordinal);
        foreach (var directive in root.Where(d => d.Is("http")).SelectMany(d => d.Block ?? []).Concat(root))
        {
            if (directive.Block is null || directive.Arguments.Count == 0)
            {
                continue;
            }

            var words = ByteText.Words(directive);
            var name = ByteText.Lower(words[^1].TrimStart('$'));
            switch (directive.Name)
            {
                case "map" when words.Length == 3:
                    found[name] = new MapSource(Script.Compile(words[1]), directive.Block);
                    break;
                case "geo":
                    found[name] = new GeoSource(words.Length == 3 ? Script.Compile(words[1]) : null, directive.Block);
                    break;
                case "split_clients" when words.Length == 3:
                    found[name] = new SplitSource(Script.Compile(words[1]), directive.Block);
                    break;
            }
        }

        return found;
    }

    /// <summary>ngx_http_map_module.</summary>
    private sealed class MapSource : ValueSource
    {
        private readonly Script subject;
        private readonly Dictionary<string, Script> exact = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Script> head = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Script> tail = new(StringComparer.Ordinal);
        private readonly List<(Pattern? Pattern, Script Value)> expressions = [];
        private readonly bool hostNames;
        private readonly Script? otherwise;

        public MapSource(Script subject, IReadOnlyList<Directive> block)
        {
            this.subject = subject;
            IsVolatile = block.Any(d => d.Is("volatile") && d.Arguments.Count == 0);
            foreach (var line in block)
            {
                if (line.Is("hostnames") && line.Arguments.Count == 0)
                {
                    hostNames = true;
                }
                else if (line.Arguments.Count == 1)
                {
                    var words = ByteText.Words(line);
                    var value = Script.Compile(words[1]);
                    if (words[0] == "default")
                    {
                        otherwise ??= value;
                    }
                    else
                    {
                        Add(words[0], value);
                    }
                }
            }
        }

        public override bool IsVolatile { get; }

        public override string Value(RouteRun run)
        {
            var text = run.Evaluate(subject);
            if (hostNames && text.EndsWith('.'))
            {
                text = text[..^1];
            }

            var found = Find(run, text) ?? otherwise;
            return found is null ? string.Empty : run.Evaluate(found);
        }

        private void Add(string key, Script value)
        {
            if (key.StartsWith('~'))
            {
                var ignoreCase = key.StartsWith("~*", StringComparison.Ordinal);
                expressions.Add((Pattern.TryCreate(key[(ignoreCase ? 2 : 1)..], ignoreCase), value));
                return;
            }

            key = ByteText.Lower(key.StartsWith('\\') ? key[1..] : key);
            if (hostNames && key.StartsWith("*.", StringComparison.Ordinal))
            {
                head.TryAdd(key[2..], value);
            }
            else if (hostNames && key.Length > 1 && key.StartsWith('.'))
            {
                exact.TryAdd(key[1..], value);
                head.TryAdd(key[1..], value);
            }
            else if (hostNames && key.EndsWith(".*", StringComparison.Ordinal))
            {
                tail.TryAdd(key[..^2], value);
            }
            else
            {
                exact.TryAdd(key, value);
            }
        }

        private Script? Find(RouteRun run, string text)
        {
            var key = ByteText.Lower(text);
            if (exact.TryGetValue(key, out var found))
            {
                return found;
            }

            for (var dot = head.Count == 0 ? -1 : key.IndexOf('.'); dot >= 0; dot = key.IndexOf('.', dot + 1))
            {
                if (head.TryGetValue(key[(dot + 1)..], out found))
                {
                    return found;
                }
            }

            for (var dot = tail.Count == 0 ? -1 : key.LastIndexOf('.'); dot > 0; dot = key.LastIndexOf('.', dot - 1))
            {
                if (tail.TryGetValue(key[..dot], out found))
                {
                    return found;
                }
            }

            if (text.Length > 0)
            {
                foreach (var (pattern, value) in expressions)
                {
                    if (pattern is not null && run.Matches(pattern, text) == MatchKind.Found)
                    {
                        return value;
                    }
                }
            }

            return null;
        }
    }

    /// <summary>ngx_http_geo_module.</summary>
    private sealed class GeoSource : ValueSource
    {
        private readonly Script? subject;
        private readonly List<(AddressRule Rule, string Value)> networks = [];
        private readonly List<(uint First, uint Last, string Value)> ranges = [];
        private string? otherwise;

        public GeoSource(Script? subject, IReadOnlyList<Directive> block)
        {
            this.subject = subject;
            var byRange = block.Any(d => d.Is("ranges") && d.Arguments.Count == 0);
            foreach (var words in block.Where(d => d.Arguments.Count == 1).Select(ByteText.Words))
            {
                Add(words[0], words[1], byRange);
            }
        }

        public override string Value(RouteRun run)
        {
            var text = subject is null ? run.Client : run.Evaluate(subject);
            if (!IPAddress.TryParse(text, out var address))
            {
                // INADDR_NONE is looked up in place of what is no address.
                address = IPAddress.Broadcast;
            }

            return ranges.Count > 0 ? InRanges(address) : InNetworks(address);
        }

        private void Add(string key, string value, bool byRange)
        {
            if (key == "default")
            {
                otherwise = value;
            }
            else if (key == "delete")
            {
                var gone = AddressRule.TryParse(value);
                networks.RemoveAll(n => n.Rule == gone);
                ranges.RemoveAll(r => TryRange(value, out var first, out var last) && r.First == first && r.Last == last);
            }
            else if (byRange && TryRange(key, out var first, out var last))
            {
                ranges.Add((first, last, value));
            }
            else if (key is not ("proxy" or "include") && AddressRule.TryParse(key) is { } rule)
            {
                networks.RemoveAll(n => n.Rule == rule);
                networks.Add((rule, value));
            }
        }

        private string InNetworks(IPAddress address)
        {
            (AddressRule Rule, string Value)? best = null;
            foreach (var network in networks)
            {
                if (network.Rule.Holds(address) && (best is null || network.Rule.PrefixLength > best.Value.Rule.PrefixLength))
                {
                    best = network;
                }
            }

            return best?.Value ?? otherwise ?? string.Empty;
        }

        private string InRanges(IPAddress address)
        {
            var number = Number(address);
            foreach (var (first, last, value) in Enumerable.Reverse(ranges))
            {
                if (number >= first && number <= last)
                {
                    return value;
                }
            }

            return otherwise ?? string.Empty;
        }

        private static bool TryRange(string text, out uint first, out uint last)
        {
            (first, last) = (0, 0);
            var dash = text.IndexOf('-');
            if (dash < 0 || !IPAddress.TryParse(text[..dash], out var low) || !IPAddress.TryParse(text[(dash + 1)..], out var high)
                || low.AddressFamily != AddressFamily.InterNetwork || high.AddressFamily != AddressFamily.InterNetwork)
            {
                return false;
            }

            (first, last) = (Number(low), Number(high));
            return true;
        }

        private static uint Number(IPAddress address)
        {
            var bytes = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
            return bytes.Length == 4 ? System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes) : uint.MaxValue;
        }
    }

    /// <summary>ngx_http_split_clients_module.</summary>
    private sealed class SplitSource : ValueSource
    {
        private readonly Script subject;
        private readonly List<(uint Below, string Value)> parts = [];

        public SplitSource(Script subject, IReadOnlyList<Directive> block)
        {
            this.subject = subject;
            uint last = 0;
            foreach (var words in block.Where(d => d.Arguments.Count == 1).Select(ByteText.Words))
            {
                if (words[0] == "*")
                {
                    parts.Add((0, words[1]));
                }
                else if (decimal.TryParse(words[0].TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is > 0 and <= 100)
                {
                    last += (uint)((ulong)(percent * 100) * 0xFFFFFFFF / 10000);
                    parts.Add((last, words[1]));
                }
            }
        }

        public override string Value(RouteRun run)
        {
            var text = run.Evaluate(subject);
            if (!ByteText.IsKnown(text))
            {
                return ByteText.Unknown.ToString();
            }

            var hash = Murmur(text);
            foreach (var (below, value) in parts)
            {
                if (hash < below || below == 0)
                {
                    return value;
                }
            }

            return string.Empty;
        }

        /// <summary>ngx_murmur_hash2.</summary>
        private static uint Murmur(string data)
        {
            const uint Multiplier = 0x5bd1e995;
            var hash = (uint)data.Length;
            var at = 0;
            for (; data.Length - at >= 4; at += 4)
            {
                var word = (uint)(data[at] | (data[at + 1] << 8) | (data[at + 2] << 16) | (data[at + 3] << 24));
                word *= Multiplier;
                word ^= word >> 24;
                hash = (hash * Multiplier) ^ (word * Multiplier);
            }

            for (var left = data.Length - at; left > 0; left--)
            {
                hash ^= (uint)data[at + left - 1] << (8 * (left - 1));
            }

            if (at < data.Length)
            {
                hash *= Multiplier;
            }

            hash ^= hash >> 13;
            hash *= Multiplier;
            return hash ^ (hash >> 15);
        }
    }
}
