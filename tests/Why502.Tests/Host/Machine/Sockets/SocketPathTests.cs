using System.Net.Sockets;
using System.Runtime.Versioning;
using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Host.Machine;

[SupportedOSPlatform("linux")]
public sealed class SocketPathTests : IDisposable
{
    private const int Stranger = 54321;
    private const int StrangersGroup = 54322;

    private readonly string directory = Directory.CreateTempSubdirectory("why502-").FullName;

    public SocketPathTests() => Mode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData(UnixFileMode.UserWrite | UnixFileMode.OtherWrite, true)]
    [InlineData(UnixFileMode.UserWrite | UnixFileMode.OtherRead, false)]
    public async Task WriteBitOfTheSocket_Decides(UnixFileMode mode, bool allowed)
    {
        var path = Bind("app.sock", mode);

        var fact = await Ask(path, Stranger);

        Assert.True(fact.Exists);
        Assert.Equal("socket", fact.Kind);
        Assert.Equal(allowed, fact.WorkerMayConnect);
        Assert.Equal(allowed ? null : path, fact.BlockedBy?.Path);
        Assert.Equal("/", fact.Steps[0].Path);
        Assert.Equal(path, fact.Steps[^1].Path);
    }

    [Fact]
    public async Task DirectoryWithoutSearchBit_BlocksBeforeTheSocket()
    {
        var inner = Directory.CreateDirectory(Path.Combine(directory, "inner")).FullName;
        Mode(inner, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Bind("inner/app.sock", UnixFileMode.UserWrite | UnixFileMode.OtherWrite);

        var fact = await Ask(path, Stranger);

        Assert.False(fact.WorkerMayConnect);
        Assert.Equal(inner, fact.BlockedBy?.Path);
        Assert.Equal("0700", fact.BlockedBy?.Mode);
    }

    [Fact]
    public async Task Root_MayConnectToAnything()
    {
        var path = Bind("app.sock", UnixFileMode.None);

        Assert.True((await Ask(path, 0)).WorkerMayConnect);
    }

    [Fact]
    public async Task UnknownUser_IsNotJudged()
    {
        var path = Bind("app.sock", UnixFileMode.None);

        var fact = await Ask(path, -1);

        Assert.Null(fact.WorkerMayConnect);
        Assert.Null(fact.BlockedBy);
    }

    [Fact]
    public async Task MissingDirectory_IsTheFirstMissing()
    {
        var fact = await Ask(Path.Combine(directory, "no", "app.sock"), Stranger);

        Assert.False(fact.Exists);
        Assert.Equal(Path.Combine(directory, "no"), fact.FirstMissing);
    }

    [Fact]
    public async Task LinkToTheDirectory_IsFollowedToTheSocket()
    {
        var real = Directory.CreateDirectory(Path.Combine(directory, "real")).FullName;
        Mode(real, UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        Directory.CreateSymbolicLink(Path.Combine(directory, "link"), "real");
        Bind("real/app.sock", UnixFileMode.OtherWrite);

        var fact = await Ask(Path.Combine(directory, "link", "app.sock"), Stranger);

        Assert.True(fact.WorkerMayConnect);
        Assert.Equal(Path.Combine(real, "app.sock"), fact.Steps[^1].Path);
    }

    [Fact]
    public async Task DanglingLink_NamesItsTarget()
    {
        File.CreateSymbolicLink(Path.Combine(directory, "app.sock"), Path.Combine(directory, "old.sock"));

        var fact = await Ask(Path.Combine(directory, "app.sock"), Stranger);

        Assert.False(fact.Exists);
        Assert.Equal("symlink", fact.Kind);
        Assert.Equal(Path.Combine(directory, "old.sock"), fact.FirstMissing);
    }

    [Fact]
    public async Task CircleOfLinks_Ends()
    {
        File.CreateSymbolicLink(Path.Combine(directory, "a"), "b");
        File.CreateSymbolicLink(Path.Combine(directory, "b"), "a");

        Assert.False((await Ask(Path.Combine(directory, "a"), Stranger)).WorkerMayConnect);
    }

    [Fact]
    public async Task OrdinaryFile_IsNamedAsSuch()
    {
        var path = Path.Combine(directory, "app.sock");
        await File.WriteAllTextAsync(path, "");

        Assert.Equal("file", (await Ask(path, 0)).Kind);
    }

    private static Task<SocketPathFact> Ask(string path, int uid) => Live.Ask(new SocketPath(path, uid, StrangersGroup, "", 0));

    /// <summary>.NET removes a socket's file when it closes it, so the file is moved aside meanwhile.</summary>
    private string Bind(string name, UnixFileMode mode)
    {
        var path = Path.Combine(directory, name);
        var kept = path + ".kept";
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            File.Move(path, kept);
        }

        File.Move(kept, path);
        Mode(path, mode);
        return path;
    }

    private static void Mode(string path, UnixFileMode mode) => File.SetUnixFileMode(path, mode);
}
