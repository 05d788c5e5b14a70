using Integration.Tests.Fixture;

namespace Integration.Tests.Imports;

/// <summary>A server is restarted during an import: it ends as if nothing had happened.</summary>
[Collection<OutageCollection>]
public sealed class ImportOutageTests(UninterruptedImports uninterrupted, StoppableServers servers)
    : SystemTest, IClassFixture<UninterruptedImports>
{
    [Fact]
    public async Task Restart_of_the_broker_during_an_import_leaves_no_trace()
    {
        servers.SkipUnlessBrokerIsOurs();
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        var imports = new ImportApi(system);
        await system.StartAsync("Inventory", UninterruptedImports.Chunks);
        var id = await imports.StartAsync(uninterrupted.File);
        await UninterruptedImports.DoneAsync(system, id, 0.2);

        await servers.RestartBrokerAsync();

        await uninterrupted.IsAlsoTheEndOfAsync(imports, id);
    }

    [Fact]
    public async Task Restart_of_the_database_during_an_import_leaves_no_trace()
    {
        servers.SkipUnlessDatabaseIsOurs();
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        var imports = new ImportApi(system);
        await system.StartAsync("Inventory", UninterruptedImports.Chunks);
        var id = await imports.StartAsync(uninterrupted.File);
        await UninterruptedImports.DoneAsync(system, id, 0.2);

        await servers.RestartPostgresAsync();

        // The connections that the test itself had are gone, too.
        await Eventually.Get("the tables", () => system.Inventory.CountAsync("import_jobs"), count => count == 1);
        await uninterrupted.IsAlsoTheEndOfAsync(imports, id);
    }
}
