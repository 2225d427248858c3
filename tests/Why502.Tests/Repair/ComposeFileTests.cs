using System.Text;
using Why502.Repair;
using Xunit;

namespace Why502.Tests.Repair;

public class ComposeFileTests
{
    private const string Port = "127.0.0.1:3000:3000";

    [Theory]
    [InlineData("services:\n  web:\n    image: a # kept\n", "services:\n  web:\n    image: a # kept\n    ports:\n      - \"127.0.0.1:3000:3000\"\n")]
    [InlineData("services:\n  web:\n    image: a", "services:\n  web:\n    image: a\n    ports:\n      - \"127.0.0.1:3000:3000\"\n")]
    [InlineData("services:\r\n  web:\r\n    image: a\r\n", "services:\r\n  web:\r\n    image: a\r\n    ports:\r\n      - \"127.0.0.1:3000:3000\"\r\n")]
    [InlineData("services:\n  web:\n    ports:\n    # http\n    - '80:80'\n    - 443:443\n", "services:\n  web:\n    ports:\n    # http\n    - \"127.0.0.1:3000:3000\"\n    - '80:80'\n    - 443:443\n")]
    [InlineData("services:\n  web:\n    ports: [ 80:80 ]\n", "services:\n  web:\n    ports: [\"127.0.0.1:3000:3000\",  80:80 ]\n")]
    [InlineData("services:\n  web:\n    ports: []\n", "services:\n  web:\n    ports: [\"127.0.0.1:3000:3000\"]\n")]
    [InlineData("services:\n  web:\n    environment:\n      A: b\n  db:\n    image: c\n", "services:\n  web:\n    ports:\n      - \"127.0.0.1:3000:3000\"\n    environment:\n      A: b\n  db:\n    image: c\n")]
    public void Port_IsPublishedAtItsPlace(string before, string after) => Assert.Equal(after, Text(ComposeFile.Publish(Encoding.UTF8.GetBytes(before), "web", Port)));

    [Theory]
    [InlineData("services:\n  web: &web\n    image: a\n  worker: *web\n")]
    [InlineData("x-base: &base\n  ports: [1:1]\nservices:\n  web:\n    <<: *base\n    image: a\n")]
    [InlineData("services:\n  web:\n    extends: {file: b.yaml, service: c}\n")]
    [InlineData("services:\n  web: {image: a}\n")]
    [InlineData("services:\n  web:\n    image: a\n    ports: *ports\n")]
    [InlineData("services:\n  web:\n    ports:\n")]
    [InlineData("services:\n  api:\n    image: a\n")]
    [InlineData("services:\n  web:\n    image: a\n---\nservices: {}\n")]
    [InlineData("services:\n  web:\n    image: [a\n")]
    [InlineData("- services\n")]
    [InlineData("")]
    public void WhatMayHoldForOthersOrIsNoFile_IsLeft(string file) => Assert.Null(ComposeFile.Publish(Encoding.UTF8.GetBytes(file), "web", Port));

    [Theory]
    [InlineData("command: gunicorn --bind 127.0.0.1:3000 app:app", "command: gunicorn --bind 0.0.0.0:3000 app:app")]
    [InlineData("command: [gunicorn, --bind, \"127.0.0.1:3000\", app:app]", "command: [gunicorn, --bind, \"0.0.0.0:3000\", app:app]")]
    [InlineData("command: uvicorn app:app --host=localhost --port 3000", "command: uvicorn app:app --host=0.0.0.0 --port 3000")]
    [InlineData("command: app --bind 127.0.0.1:3000 --redis 127.0.0.1:6379", "command: app --bind 0.0.0.0:3000 --redis 127.0.0.1:6379")]
    [InlineData("command: app --bind 127.0.0.1:3000 --self 127.0.0.1:3000", null)]
    [InlineData("command: app --redis 127.0.0.1:6379", null)]
    [InlineData("command: app --bind 127.0.0.1:30001", null)]
    [InlineData("image: a", null)]
    public void CommandOnLoopback_ListensOnAll(string before, string? after)
        => Assert.Equal(after is null ? null : $"services:\n  web:\n    {after}\n", Text(ComposeFile.ListenOnAll(Encoding.UTF8.GetBytes($"services:\n  web:\n    {before}\n"), "web", 3000)));

    [Theory]
    [InlineData("services:\n  web:\n    image: shop\n", false)]
    [InlineData("services:\n  web:\n    ports: []\n", true)]
    [InlineData("services:\n  api:\n    ports: []\n", false)]
    [InlineData("services:\n  web: {ports: []}\n", null)]
    [InlineData("services:\n  web: &a\n    ports: []\n", null)]
    [InlineData("services: [", null)]
    public void FileThatSaysIt_IsKnown(string file, bool? says) => Assert.Equal(says, ComposeFile.Says(Encoding.UTF8.GetBytes(file), "web", "ports"));

    private static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);
}
