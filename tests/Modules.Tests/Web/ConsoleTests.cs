using System.IO.Compression;
using Modules.Tests.Deployment;

namespace Modules.Tests.Web;

public sealed class ConsoleTests
{
    [Fact]
    public void Console_weighs_less_than_100_kilobytes()
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "Host", "wwwroot"), "*", SearchOption.AllDirectories);

        files.ShouldNotBeEmpty();
        files.Sum(file => Compressed(File.ReadAllBytes(file))).ShouldBeLessThan(100_000);
    }

    private static long Compressed(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(content);
        return packed.Length;
    }
}
