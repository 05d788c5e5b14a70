using Integration.Tests.Fixture;
using Npgsql;

namespace Integration.Tests.Imports;

/// <summary>A chunk that cannot be written within the time of a statement.</summary>
public sealed class SlowChunkTests(Servers servers) : SystemTest
{
    [Fact]
    public async Task Import_whose_chunk_times_out_again_and_again_fails_with_the_reason_and_can_be_resumed()
    {
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        await using var process = await system.StartAsync(
            "Inventory", ("ConnectionStrings__Inventory", $"{system.Inventory.ConnectionString};Command Timeout=1"));
        var imports = new ImportApi(system);
        await imports.RunAsync(Catalogue.Small("SLOW,N,1,5"));
        long id;
        await using (var hold = new NpgsqlConnection(system.Inventory.ConnectionString))
        {
            await hold.OpenAsync();
            await using var transaction = await hold.BeginTransactionAsync();
            await using (var take = new NpgsqlCommand("SELECT FROM inventory_items WHERE product_id = 'SLOW' FOR NO KEY UPDATE", hold))
                await take.ExecuteNonQueryAsync();
            id = await imports.StartAsync(Catalogue.Small("SLOW,N,1,9"));

            var failed = await imports.EndOfAsync(id);

            ImportApi.StateOf(failed).ShouldBe("FAILED");
            failed.GetProperty("stateReason").GetString()!.ShouldStartWith("TOO_SLOW: chunk 0 ");
            await transaction.RollbackAsync();
        }

        await imports.ObeyAsync(id, "resume");
        Counts.Of(await imports.EndOfAsync(id)).ShouldBe(new Counts(1, 1, Updated: 1));
    }
}
