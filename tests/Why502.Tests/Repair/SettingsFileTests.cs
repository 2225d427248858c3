using System.Text;
using Why502.Diagnosis;
using Why502.Repair;
using Xunit;

namespace Why502.Tests.Repair;

/// <summary>Settings of ini files: only the line that is meant changes.</summary>
public class SettingsFileTests
{
    [Theory]
    [InlineData("[www]\npm = static\npm.max_children = 4 \n; end\n", "[www]\npm = static\npm.max_children = 9\n; end\n")]
    [InlineData("[www]\npm.max_children=4\npm.max_children=5\n[other]\npm.max_children=6\n", "[www]\npm.max_children=4\npm.max_children=9\n[other]\npm.max_children=6\n")]
    [InlineData("[www]\r\n;pm.max_children = 3\r\npm = static\r\n\r\n[b]\r\nx = 1\r\n", "[www]\r\n;pm.max_children = 3\r\npm = static\r\npm.max_children = 9\r\n\r\n[b]\r\nx = 1\r\n")]
    [InlineData("[b]\nx = 1", "[b]\nx = 1\n[www]\npm.max_children = 9")]
    public void OneSetting_ChangesOneLine(string before, string after)
        => Assert.Equal(after, Encoding.UTF8.GetString(SettingsFile.Apply(Encoding.UTF8.GetBytes(before), [new("www", "pm.max_children", "9")])!));

    [Theory]
    [InlineData("timeout = 30  # seconds\n", "timeout = 60  # seconds\n")]
    [InlineData("timeout=30 ; seconds\r\n", "timeout=60 ; seconds\r\n")]
    [InlineData("timeout = 30 + 5\n", "timeout = 60\n")]
    public void RemarkBehindTheValue_Stays(string before, string after)
        => Assert.Equal(after, Encoding.UTF8.GetString(SettingsFile.Apply(Encoding.UTF8.GetBytes(before), [new("", "timeout", "60", MustBeThere: true)])!));

    [Fact]
    public void BytesThatAreNoText_Stay()
    {
        byte[] before = [.. "[www]\n; "u8, 0xFF, 0xC3, .. "\nuser = a\n"u8];
        Assert.Equal([.. "[www]\n; "u8, 0xFF, 0xC3, .. "\nuser = b\n"u8], SettingsFile.Apply(before, [new("www", "user", "b")]));
    }

    [Fact]
    public void NewFile_HasItsSections()
        => Assert.EndsWith("\n[Unit]\nA = 1\n[Service]\nRestart = on-failure\nRestartSec = 2\n", Encoding.UTF8.GetString(SettingsFile.Apply(null, [new("Unit", "A", "1"), new("Service", "Restart", "on-failure"), new("Service", "RestartSec", "2")])!));

    [Fact]
    public void NewFileWithoutSections_IsALineEach()
        => Assert.EndsWith("\nnet.core.somaxconn = 4096\n", Encoding.UTF8.GetString(SettingsFile.Apply(null, [new("", "net.core.somaxconn", "4096")])!));

    [Fact]
    public void SettingThatAnotherFileDecides_IsNotMade()
        => Assert.Null(SettingsFile.Apply("[www]\nuser = a\n"u8.ToArray(), [new("www", "pm.max_children", "9", MustBeThere: true)]));
}
