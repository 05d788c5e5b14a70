using Fulfillment.Inventory.ImportProducts;

namespace Modules.Tests.Imports;

public sealed class DirectorySyncTests
{
    [Fact]
    public void A_directory_is_flushed_and_one_that_does_not_exist_is_an_error()
    {
        var directory = Directory.CreateTempSubdirectory("größe ").FullName;
        try
        {
            DirectorySync.Flush(directory);
            Should.Throw<IOException>(() => DirectorySync.Flush(Path.Combine(directory, "missing"))).Message.ShouldContain("missing");
        }
        finally
        {
            Directory.Delete(directory);
        }
    }
}
