using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Why502.Nginx;
using Xunit;

namespace Why502.Tests.Nginx.Edits;

/// <summary>Random edits of random trees, made twice: by the engine in the text, and by hand in an obvious model. Both must mean the same.</summary>
public sealed partial class EditProperties
{
    /// <summary>Always the same seeds; <c>WHY502_EDIT_SEEDS</c> says how many (100000 take about 11 s).</summary>
    [Fact]
    public void RandomEdits_MeanWhatTheyMeanInTheModel()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("WHY502_EDIT_SEEDS"), out var more) ? more : 2000;
        for (var seed = 0; seed < count; seed++)
        {
            Check(seed);
        }
    }

    [Fact]
    public void TheSameSettingAgain_ChangesNothing() =>
        Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue)), seed =>
        {
            var tree = new RandomTree(seed);
            var before = Conf.Load(tree.Text);
            var block = RandomTree.Flat(before.Root).FirstOrDefault(d => d.Block is not null);
            if (block is null)
            {
                return true;
            }

            string[] arguments = [.. tree.Arguments()];
            var once = ConfigurationEdit.Set(before, block, "proxy_read_timeout", arguments);
            var after = Conf.Load(once.After);
            var again = ConfigurationEdit.Set(after, RandomTree.Flat(after.Root).First(d => d.Block is not null), "proxy_read_timeout", arguments);
            return !again.IsChange && again.UnifiedDiff().Length == 0;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(502, 503));

    [GeneratedRegex(@"#own\d+ ?")]
    private static partial Regex OwnLineComment();

    private static void Check(int seed)
    {
        var tree = new RandomTree(seed);
        var configuration = Conf.Load(tree.Text);
        Assert.Equal(RandomTree.Describe(tree.Roots), RandomTree.Describe(configuration.Root));
        var written = RandomTree.Flat(configuration.Root).ToList();
        var model = RandomTree.Flat(tree.Roots).ToList();
        var edits = new List<Edit>();
        for (var i = tree.Random.Next(1, 6); i > 0; i--)
        {
            if (new RandomEdit(tree, model, written, configuration.Files[0]).Next() is { } edit)
            {
                edits.Add(edit);
            }
        }

        var outcome = ConfigurationEdit.Apply(configuration, edits);
        Assert.True(outcome.Succeeded, $"seed {seed}: {outcome.Problem}\n{tree.Text}");
        var text = outcome.Files.Count == 0 ? tree.Text : Encoding.UTF8.GetString(outcome.Files[0].After);
        var meant = RandomTree.Describe(tree.Roots);
        var read = RandomTree.Describe(Conf.Load(text).Root);
        Assert.True(meant == read, $"seed {seed}: meant {meant}, read {read} in\n{text}\nbefore:\n{tree.Text}");
        var kept = OwnLineComment().Count(text);
        Assert.True(kept == tree.OwnLineComments, $"seed {seed}: {tree.OwnLineComments} comments became {kept} in\n{text}\nbefore:\n{tree.Text}\n{string.Join("\n", edits)}");
    }
}
