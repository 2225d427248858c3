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
        if (!Name.IsMatch(edit.Service) || !Name.IsMatch(edit.Project) || !edit.Path.StartsWith('/') || Read(edit) is not { } before)
        {
            return [];
        }

        var text = Encoding.UTF8.GetString(before);
        // A variable had its value in the shell of whoever made the container, and a file of its own goes along with this one.
        if (Variable.IsMatch(text) || FileCalls.Status(Override(edit.Path)) is not null)
        {
            return [];
        }

        var after = edit.Publish is { } mapping ? ComposeFile.Publish(before, edit.Service, mapping) : before;
        after = after is not null && edit.ListenOnAll is { } port ? ComposeFile.ListenOnAll(after, edit.Service, port) : after;
        return after is null || AtomicFile.Same(before, after) ? []
            : [new RepairAction.WriteFile(edit.Path, before, after), new RepairAction.RunProgram(Command(edit), null) { Recreates = true }];
    }

    private static string[] Command(RepairAction.EditCompose edit) => ["docker", "compose", "-f", edit.Path, "-p", edit.Project, "up", "-d", "--no-deps", "--no-build", "--pull", "never", edit.Service];

    /// <summary>Null where it cannot be read, or was changed since the container was made: that change would come along.</summary>
    private static byte[]? Read(RepairAction.EditCompose edit)
    {
        try
        {
            var target = AtomicFile.Target(edit.Path);
            return FileCalls.Status(target) is { IsRegular: true } status && status.ModifiedAt <= edit.MadeAt + Slack ? AtomicFile.Read(target) : null;
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
