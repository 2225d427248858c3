using Why502.Nginx.Checks;
using Xunit;

namespace Why502.Tests.Nginx.Checks.Http;

/// <summary>What nginx 1.22.1 says of sizes beyond the bounds their modules give them.</summary>
public class PostsTests
{
    [Theory]
    [InlineData("request_pool_size 10;", "the pool size must be no less than 112")]
    [InlineData("connection_pool_size 113;", "the pool size must be a multiple of 16")]
    [InlineData("http2_pool_size x;", "\"http2_pool_size\" directive invalid value")]
    [InlineData("http2_chunk_size 0;", "the http2 chunk size cannot be zero")]
    [InlineData("http2_streams_index_size 3;", "\"http2_streams_index_size\" directive must be a power of two")]
    [InlineData("http2_recv_buffer_size 32;", "\"http2_recv_buffer_size\" directive value is too small")]
    [InlineData("gzip_window 64k;", "\"gzip_window\" directive must be 512, 1k, 2k, 4k, 8k, 16k, or 32k")]
    [InlineData("gzip_hash 64k;", null)]
    public void SizeBeyondItsBounds_IsRefusedAsItsModuleDoes(string directive, string? message)
    {
        var problems = ConfigurationCheck.Run(Conf.Http(directive), new NginxFacts(new Version(1, 22, 1)), UnobservedWorld.Instance);
        Assert.Equal(message, problems.Count == 0 ? null : problems[0].Message);
    }
}
