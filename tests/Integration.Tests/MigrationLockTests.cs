using Integration.Tests.Fixture;
using Npgsql;

namespace Integration.Tests;

/// <summary>A migration that meets a busy or half migrated database.</summary>
public sealed class MigrationLockTests(Servers servers) : SystemTest
{
    [Fact]
    public async Task A_migration_that_waits_for_a_table_lets_its_users_go_on_and_is_done_when_the_table_is_free()
    {
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        await (await system.StartAsync("Order")).StopAsync();
        await system.Orders.ExecuteAsync("""
            DELETE FROM "__EFMigrationsHistory" WHERE migration_id LIKE '%_OrderCounts' OR migration_id LIKE '%_ReadIndexes';
            DROP TABLE order_counts, order_count_progress, order_count_late, order_history_start;
            DROP INDEX ix_orders_status_order_id, ix_order_items_product_id_order_id
            """);

        // An index that an attempt has left behind, and a long transaction that holds the table.
        await system.Orders.ExecuteAsync(
            "INSERT INTO orders (order_id, customer_id, total_amount, status) VALUES (1, 'C', 1, 'COMPLETED'), (2, 'C', 1, 'COMPLETED')");
        await Should.ThrowAsync<PostgresException>(
            () => system.Orders.ExecuteAsync("CREATE UNIQUE INDEX CONCURRENTLY ix_orders_status_order_id ON orders (status)"));
        await using var user = new NpgsqlConnection(system.Orders.ConnectionString);
        await user.OpenAsync();
        await using var transaction = await user.BeginTransactionAsync();
        await using (var change = new NpgsqlCommand("UPDATE orders SET status = 'FAILED' WHERE order_id = 1", user))
            await change.ExecuteNonQueryAsync();

        var migration = FulfillmentSystem.RunAsync(system.Settings("Order", ("ASPNETCORE_ENVIRONMENT", "Production")), "migrate");
        for (var i = 0; i < 8; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            // Were the migration in the queue for the table, this would wait behind it.
            await using var other = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(system.Orders.ConnectionString) { CommandTimeout = 5 }.ConnectionString);
            await other.OpenAsync();
            await using var read = new NpgsqlCommand("UPDATE orders SET status = 'FAILED' WHERE order_id = 2", other);
            await read.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
        var (exitCode, output) = await migration;

        exitCode.ShouldBe(0, output);
        (await system.Orders.ListAsync<bool>(
            "SELECT indisvalid AND NOT indisunique FROM pg_index WHERE indexrelid = 'ix_orders_status_order_id'::regclass"))
            .ShouldBe([true]);
    }
}
