using System.Text;
using System.Text.RegularExpressions;
using Why502.Host.Kernel;

namespace Why502.Repair;

/// <summary>Somebody else who writes a file: an edit would be lost at his next run, or leave his copy behind.</summary>
/// <param name="Owner">Who writes it: "Ansible".</param>
/// <param name="Instead">Where the change belongs.</param>
public sealed record FileOwner(string Path, string Owner, string Instead);

/// <summary>Finds who owns a file by what its head says, by where it lies and by what it is part of.</summary>
internal static partial class Ownership
{
    private const int HeadBytes = 4096;
    private const int HeadLines = 25;
    private const int DepthMax = 32;
    private const int GitConfigBytesMax = 256 * 1024;

    /// <summary>Names that stand in heads, and the place that each makes its files from.</summary>
    private static readonly (string Word, string Owner, string Instead)[] Known =
    [
        ("ansible", "Ansible", "the template or role in its repository, then run the playbook"),
        ("puppet", "Puppet", "the module's template or Hiera, then let the agent run"),
        ("chef", "Chef", "the cookbook's template or attributes, then run chef-client"),
        ("salt", "Salt", "the state's template or pillar, then apply the state"),
        ("cfengine", "CFEngine", "the policy that promises this file"),
        ("terraform", "Terraform", "the Terraform configuration, then apply it"),
        ("nixos", "NixOS", "configuration.nix (services.nginx), then nixos-rebuild"),
        ("docker-gen", "docker-gen (nginx-proxy)", "the container's VIRTUAL_HOST settings or a file in vhost.d"),
        ("nginx-proxy", "nginx-proxy", "the container's VIRTUAL_HOST settings or a file in vhost.d"),
        ("ingress", "the ingress controller", "the Ingress's annotations or the controller's ConfigMap"),
        ("gitlab-ctl", "GitLab Omnibus", "/etc/gitlab/gitlab.rb, then gitlab-ctl reconfigure"),
        ("omnibus", "Omnibus", "the package's own settings file, then its reconfigure command"),
        ("plesk", "Plesk", "the domain's Apache & nginx settings, or vhost_nginx.conf"),
        ("cpanel", "cPanel", "the account's includes below /etc/nginx/conf.d/users, or the panel"),
        ("directadmin", "DirectAdmin", "its custom templates, then rewrite_confs"),
        ("ispconfig", "ISPConfig", "the site's options in the panel"),
        ("hestia", "HestiaCP", "the domain's template, then v-rebuild-web-domain"),
        ("virtualmin", "Virtualmin", "the domain's settings in the panel"),
        ("cloudpanel", "CloudPanel", "the site's vhost editor"),
        ("ploi", "Ploi", "the site's nginx configuration in Ploi"),
        ("forge", "Laravel Forge", "the site's nginx configuration in Forge"),
        ("dokku", "Dokku", "nginx:set, or the app's nginx.conf.sigil"),
        ("consul-template", "consul-template", "its template"),
        ("confd", "confd", "its template"),
        ("juju", "Juju", "the charm's configuration"),
        ("certbot", "Certbot", "the lines above or beside those that Certbot manages"),
    ];

    /// <summary>Everybody who would be overruled by an edit of this file.</summary>
    public static IReadOnlyList<FileOwner> Of(string path, byte[]? before, byte[] after)
    {
        var target = AtomicFile.Target(path);
        var owners = new List<FileOwner>();
        if (before is not null && Head(before) is { } mark)
        {
            var known = Known.FirstOrDefault(entry => mark.Contains(entry.Word, StringComparison.OrdinalIgnoreCase));
            owners.Add(known.Owner is null
                ? new(target, $"a program (its head says: {Why502.Logs.Sanitizer.Line(mark.TrimStart('#', ' '), 80)})", "what that program makes it from")
                : new(target, known.Owner, known.Instead));
        }

        if (before is not null && ManagedLineChanges(before, after))
        {
            owners.Add(new(target, "Certbot", "Certbot's own command: it writes the lines it has marked again"));
        }

        if (target.StartsWith("/nix/store/", StringComparison.Ordinal) || target.StartsWith("/gnu/store/", StringComparison.Ordinal))
        {
            owners.Add(new(target, "the package store", "the system's configuration: files of the store never change"));
        }

        if (FileCalls.Status(target) is { IsRegular: true, Links: > 1 })
        {
            owners.Add(new(target, "whoever made its other name (a hard link)", "both names: a file that is replaced keeps its content under the other one"));
        }

        if (GitRemote(target) is { } tree)
        {
            owners.Add(new(target, $"the git work tree {tree}", "its repository: commit the change there and deploy it"));
        }

        return owners;
    }

    /// <summary>A line of the head's comments that says that a program writes this file.</summary>
    private static string? Head(byte[] content)
    {
        var lines = Encoding.UTF8.GetString(content, 0, Math.Min(content.Length, HeadBytes)).Split('\n').Take(HeadLines).Select(line => line.Trim()).TakeWhile(line => line.Length == 0 || line.StartsWith('#') || line.StartsWith(';'));
        var comments = lines.Where(line => line.Length > 0).ToList();
        // Who is named may stand on another line than the warning.
        return comments.Any(line => Generated().IsMatch(line)) ? string.Join(' ', comments.SkipWhile(line => !Generated().IsMatch(line)).Take(3).Concat(comments.TakeWhile(line => !Generated().IsMatch(line)))) : null;
    }

    private static bool ManagedLineChanges(byte[] before, byte[] after)
    {
        var kept = Encoding.UTF8.GetString(after).Split('\n').ToHashSet(StringComparer.Ordinal);
        return Encoding.UTF8.GetString(before).Split('\n').Any(line => line.Contains("# managed by Certbot", StringComparison.OrdinalIgnoreCase) && !kept.Contains(line));
    }

    /// <summary>The work tree with a remote that the file lies in. One without (etckeeper) is a history, no source.</summary>
    private static string? GitRemote(string path)
    {
        var directory = Path.GetDirectoryName(path);
        for (var depth = 0; depth < DepthMax && directory is { Length: > 1 }; depth++, directory = Path.GetDirectoryName(directory))
        {
            if (FileCalls.ReadText(Path.Combine(directory, ".git/config"), GitConfigBytesMax) is { } config)
            {
                return config.Contains("[remote ", StringComparison.Ordinal) ? directory : null;
            }

            if (FileCalls.Status(Path.Combine(directory, ".git")) is { IsRegular: true })
            {
                // A work tree or submodule elsewhere: a clone all the same.
                return directory;
            }
        }

        return null;
    }

    [GeneratedRegex(@"(?i)\b(auto(matically)?[- ]?generated|generated (automatically |by|from|at|on)|(is|was|file|been) generated|managed by|(ansible|salt|puppet|chef) managed|do ?n[o']t (edit|modify|change|touch)|changes? (to this file )?will be (lost|overwritten)|configuration checksum|maintained by)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Generated();
}
