namespace Why502.Nginx.Checks;

/// <summary>
/// What <c>nginx -t</c> looks at outside the configuration. Whoever answers only looks: nothing is created, nothing is asked of
/// a server but a name. A method that cannot or may not look answers <see cref="Sight.Unobserved"/>, and no mistake is made of that.
/// </summary>
public interface ICheckWorld
{
    /// <summary>Can the file be opened for reading?</summary>
    Sight Readable(string path);

    /// <summary>Could the file be opened with O_APPEND|O_CREAT, as a log or a pid file is?</summary>
    Sight Appendable(string path);

    /// <summary>Is the directory there, or could it be made, as a temporary path is?</summary>
    Sight DirectoryMakeable(string path);

    /// <summary>Is the address one of this machine's own, so that bind(2) takes it?</summary>
    /// <param name="address">Without its port, IPv6 without brackets.</param>
    Sight Bindable(string address);

    Sight User(string name);

    Sight Group(string name);

    /// <summary>The addresses of a host name by getaddrinfo; with <see cref="Sight.Reason"/> when there are none.</summary>
    HostSight Host(string name);

    /// <summary>Can OpenSSL load it as a chain of certificates? The reason is OpenSSL's own, from <c>PEM_read_bio…</c> on.</summary>
    Sight Certificate(string path);

    /// <summary>Can OpenSSL load it as a private key, and does it belong to the certificate?</summary>
    Sight CertificateKey(string path, string? certificatePath);
}

/// <summary>A host name looked up: its addresses as text, in getaddrinfo's order.</summary>
public readonly record struct HostSight(Sight Sight, IReadOnlyList<string> Addresses);
