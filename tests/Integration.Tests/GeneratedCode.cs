using Fulfillment.Integration.Tests.Fixture;

namespace Fulfillment.Integration.Tests;

public sealed class GeneratedCode(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    [Fact]
    public async Task Adapters_of_the_handlers_are_those_that_would_be_generated_now()
    {
        var folder = Directory.CreateTempSubdirectory("fulfillment-generated-").FullName;
        try
        {
            var (exitCode, output) = await FulfillmentSystem.RunAsync(
                shared.System.Settings(null, ("ASPNETCORE_CONTENTROOT", folder)), "codegen", "write");

            exitCode.ShouldBe(0, output);
            var generated = Read(folder);
            generated.Count.ShouldBeGreaterThan(10, output);
            generated.ShouldBe(Read(Path.Combine(Repository.Root, "Host")), "run: ./dev codegen");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static SortedDictionary<string, string> Read(string folder)
    {
        var path = Path.Combine(folder, "Internal", "Generated");
        return new(Directory.EnumerateFiles(path, "*.cs", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(path, file), file => File.ReadAllText(file).ReplaceLineEndings()));
    }
}
