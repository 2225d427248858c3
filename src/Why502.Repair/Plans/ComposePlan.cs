using System.Text;
using System.Text.RegularExpressions;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Repair;

/// <summary>An edit of a compose file as steps, where making the container anew changes that one thing and no other.</summary>
internal static partial class ComposePlan
{
    /// <summary>Compose makes the container in the same moment in which it reads the file; a copy to the machine takes as long.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(2);

    public static IEnumerable<RepairAction> Of(RepairAction.EditCompose edit)
    {
        if (!Name.IsMatch(edit.Service) || !Name.IsMatch(edit.Project) || edit.Files.Count == 0 || !edit.Files.All(file => file.StartsWith('/')))
        {
            return [];
        }

        var before = edit.Files.Select(file => Read(file, edit.MadeAt)).ToList();
        // A variable had its value in the shell of whoever made the container, and a file of its own goes along with the first one.
        if (before.Contains(null) || before.Any(file => Variable.IsMatch(Encoding.UTF8.GetString(file!))) || (Override(edit.Files[0]) is var other && !edit.Files.Contains(other) && FileCalls.Status(other) is not null))
        {
            return [];
        }

        var after = new List<byte[]>(before.OfType<byte[]>());
        var made = (edit.Publish is not { } mapping || Change(after, edit.Service, "ports", file => ComposeFile.Publish(file, edit.Service, mapping)))
            && (edit.ListenOnAll is not { } port || Change(after, edit.Service, "command", file => ComposeFile.ListenOnAll(file, edit.Service, port)));
        var writes = edit.Files.Select((file, index) => new RepairAction.WriteFile(file, before[index], after[index])).Where(write => !AtomicFile.Same(write.Before, write.After)).ToList();
        return !made || writes.Count == 0 ? [] : [.. writes, new RepairAction.RunProgram(Command(edit), null) { Recreates = true }];
    }

    /// <summary>
    /// Of several files the last one that says a thing holds, or is added to (compose-spec, 13-merge.md); where none says it, the last one with the service.
    /// </summary>
    private static bool Change(List<byte[]> files, string service, string key, Func<byte[], byte[]?> change)
    {
        var said = files.Select(file => (Service: ComposeFile.Says(file, service, null), Key: ComposeFile.Says(file, service, key))).ToList();
        var at = said.FindLastIndex(file => file.Key == true) is >= 0 and var index ? index : said.FindLastIndex(file => file.Service == true);
        if (at < 0 || said.Any(file => file.Service is null) || change(files[at]) is not { } changed)
        {
            return false;
        }

        files[at] = changed;
        return true;
    }

    private static string[] Command(RepairAction.EditCompose edit) => ["docker", "compose", .. edit.Files.SelectMany(file => (string[])["-f", file]), "-p", edit.Project, "up", "-d", "--no-deps", "--no-build", "--pull", "never", edit.Service];

    /// <summary>Null where it cannot be read, or was changed since the container was made: that change would come along.</summary>
    private static byte[]? Read(string path, DateTimeOffset madeAt)
    {
        try
        {
            var target = AtomicFile.Target(path);
            return FileCalls.Status(target) is { IsRegular: true } status && status.ModifiedAt <= madeAt + Slack ? AtomicFile.Read(target) : null;
        }
        catch (StepFailedException)
        {
            return null;
        }
    }

    /// <summary>compose.override.yaml beside compose.yaml: named by the container's labels when it was there, and not when it came since.</summary>
    private static string Override(string path)
        => Path.Combine(Path.GetDirectoryName(path)!, $"{Path.GetFileNameWithoutExtension(path)}.override{Path.GetExtension(path)}");

    /// <summary>Compose's rule for projects and services (compose-spec).</summary>
    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name { get; }

    /// <summary>${NAME} and $NAME; $$ is a dollar.</summary>
    [GeneratedRegex(@"(?<!\$)(\$\$)*\$(\{|[A-Za-z_])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable { get; }
}
