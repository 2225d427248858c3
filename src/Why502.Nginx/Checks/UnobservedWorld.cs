namespace Why502.Nginx.Checks;

/// <summary>Nobody looks: a configuration is judged by its text alone.</summary>
public sealed class UnobservedWorld : ICheckWorld
{
    private UnobservedWorld()
    {
    }

    public static UnobservedWorld Instance { get; } = new();

    public Sight Readable(string path) => Sight.Unobserved;

    public Sight Appendable(string path) => Sight.Unobserved;

    public Sight DirectoryMakeable(string path) => Sight.Unobserved;

    public Sight Bindable(string address) => Sight.Unobserved;

    public Sight User(string name) => Sight.Unobserved;

    public Sight Group(string name) => Sight.Unobserved;

    public HostSight Host(string name) => new(Sight.Unobserved, []);

    public Sight Certificate(string path) => Sight.Unobserved;

    public Sight CertificateKey(string path, string? certificatePath) => Sight.Unobserved;
}
