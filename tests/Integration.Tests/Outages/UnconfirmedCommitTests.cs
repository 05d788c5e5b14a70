using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Integration.Tests.Fixture;
using Npgsql;

namespace Integration.Tests.Outages;

/// <summary>Requests whose transaction is refused, or whose commit is not confirmed: the response says which of the two it was.</summary>
public sealed class UnconfirmedCommitTests(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    private readonly FulfillmentSystem _system = shared.System;

    /// <summary>A request that writes, the table whose lock stops it, and a query that is true when it was carried out.</summary>
    private sealed record Write(string Name, string Module, string Table, HttpMethod Method, string Path, string? Body, string Done)
    {
        public string? Key { get; init; }

        public bool IsRepeatable => Key is not null || Method != HttpMethod.Post;
    }

    [Fact]
    public async Task Request_that_is_refused_while_a_table_is_locked_is_not_carried_out_when_the_lock_is_gone()
    {
        await using var host = await _system.StartAsync();
        var writes = await PrepareAsync("LOCK");

        var locks = new List<NpgsqlConnection>();
        foreach (var (module, table) in writes.Select(write => (write.Module, write.Table)).Distinct())
        {
            var connection = new NpgsqlConnection(DatabaseOf(module).ConnectionString);
            locks.Add(connection);
            await connection.OpenAsync();
            await using var hold = new NpgsqlCommand($"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE", connection);
            await hold.ExecuteNonQueryAsync();
        }

        var responses = await Task.WhenAll(writes.Select(SendAsync));
        foreach (var connection in locks) await connection.DisposeAsync();

        foreach (var (write, response) in writes.Zip(responses))
        {
            response.Status.ShouldBe(HttpStatusCode.ServiceUnavailable, write.Name);
            response.Code.ShouldBe("DEPENDENCY_UNAVAILABLE", write.Name);
            response.HasRetryAfter.ShouldBeTrue(write.Name);
        }

        // Whatever still waited for a lock has it by now.
        await _system.PlaceAsync("CUST-APPROVE-AFTER", "LOCK");
        await Task.Delay(TimeSpan.FromSeconds(1));
        foreach (var write in writes) (await DatabaseOf(write.Module).ScalarAsync<bool>(write.Done)).ShouldBeFalse(write.Name);
        (await host.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Request_whose_commit_breaks_its_connection_is_answered_with_an_unknown_outcome()
    {
        await using var host = await _system.StartAsync();
        var writes = await PrepareAsync("BREAK");
        await AtCommitAsync(writes, "PERFORM pg_terminate_backend(pg_backend_pid())");
        try
        {
            foreach (var write in writes)
            {
                var response = await SendAsync(write);

                response.Status.ShouldBe(HttpStatusCode.GatewayTimeout, write.Name);
                response.Code.ShouldBe("OUTCOME_UNKNOWN", write.Name);
                response.HasRetryAfter.ShouldBe(write.IsRepeatable, write.Name);
            }
        }
        finally
        {
            await NothingAtCommitAsync(writes);
        }

        (await host.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Order_whose_commit_takes_longer_than_clients_wait_has_an_unknown_outcome_and_its_key_finds_it()
    {
        await using var host = await _system.StartAsync();
        await _system.StockUpAsync("SLOW", 10);
        const string Placed = "SELECT EXISTS (SELECT FROM orders WHERE customer_id = 'CUST-APPROVE-SLOW')";
        var body = JsonSerializer.Serialize(FulfillmentSystem.OrderOf("CUST-APPROVE-SLOW", "SLOW"));
        var write = new Write("a slow order", "Order", "orders", HttpMethod.Post, "/api/orders", body, Placed) { Key = "slow-1" };
        await AtCommitAsync([write], "PERFORM pg_sleep(6)");

        var response = await SendAsync(write);
        response.Status.ShouldBe(HttpStatusCode.GatewayTimeout);
        response.Code.ShouldBe("OUTCOME_UNKNOWN");
        await Eventually.True("the commit to end", () => _system.Orders.ScalarAsync<bool>(Placed));
        await NothingAtCommitAsync([write]);
        var again = await SendAsync(write);

        again.Status.ShouldBe(HttpStatusCode.Created);
        (await _system.Orders.ScalarAsync<long>("SELECT count(*) FROM orders WHERE customer_id = 'CUST-APPROVE-SLOW'")).ShouldBe(1);
        (await host.StopAsync()).ShouldBe(0);
    }

    private async Task<IReadOnlyList<Write>> PrepareAsync(string product)
    {
        await _system.StockUpAsync(product, 100);
        var paid = await _system.PlaceAsync("CUST-APPROVE", product);
        await _system.EndOfAsync(paid);
        // Nothing reserves its product, so it stays open until it is cancelled.
        await _system.Orders.ExecuteAsync(
            "INSERT INTO orders (order_id, customer_id, total_amount, status) SELECT nextval('order_numbers'), $1, 0, 'PENDING'",
            $"CUST-OPEN-{product}");
        var open = await _system.Orders.ScalarAsync<long>("SELECT order_id FROM orders WHERE customer_id = $1", $"CUST-OPEN-{product}");
        var payment = await _system.Payments.ScalarAsync<long>("SELECT id FROM payments WHERE order_id = $1", paid);
        var order = JsonSerializer.Serialize(FulfillmentSystem.OrderOf($"CUST-{product}", product));
        var keyed = JsonSerializer.Serialize(FulfillmentSystem.OrderOf($"CUST-KEY-{product}", product));
        var refund = $"/api/payments/{payment}/refunds";
        var adjust = $"/api/inventory/items/{product}/adjustments";
        return
        [
            new("an order", "Order", "orders", HttpMethod.Post, "/api/orders", order, Exists("orders", $"customer_id = 'CUST-{product}'")),
            new(
                "an order with a key", "Order", "orders", HttpMethod.Post, "/api/orders", keyed,
                Exists("orders", $"customer_id = 'CUST-KEY-{product}'")) { Key = $"key-{product}" },
            new(
                "a cancellation", "Order", "orders", HttpMethod.Post, $"/api/orders/{open}/cancel", null,
                Exists("orders", $"order_id = {open} AND status = 'CANCELLED'")),
            new(
                "stock", "Inventory", "inventory_items", HttpMethod.Put, $"/api/inventory/items/{product}-NEW",
                """{"productName":"New","availableQuantity":5}""", Exists("inventory_items", $"product_id = '{product}-NEW'")),
            new(
                "an adjustment", "Inventory", "inventory_items", HttpMethod.Post, adjust, """{"delta":5,"reason":"found"}""",
                Exists("stock_adjustments", $"product_id = '{product}'")),
            new(
                "an import", "Inventory", "import_jobs", HttpMethod.Post, "/api/inventory/imports",
                $"Internal ID,Name,Price,Stock\n{product}-CSV,Name,1.00,1\n", Exists("import_jobs", "true")),
            new(
                "a refund", "Payment", "payments", HttpMethod.Post, refund, """{"reason":"scratched","amount":1.00}""",
                Exists("refunds", $"payment_id = {payment}")),
            new(
                "a refund with a key", "Payment", "payments", HttpMethod.Post, refund, """{"reason":"scratched","amount":1.01}""",
                Exists("refunds", $"payment_id = {payment} AND amount = 1.01")) { Key = $"key-{product}" },
            new(
                "the simulator", "Payment", "simulator", HttpMethod.Put, "/api/payments/simulator",
                """{"successRate":0.8,"latencyMs":{"min":0,"max":0},"seed":77}""", Exists("simulator", "seed = 77")),
        ];

        static string Exists(string table, string condition) => $"SELECT EXISTS (SELECT FROM {table} WHERE {condition})";
    }

    private async Task<(HttpStatusCode Status, string? Code, bool HasRetryAfter)> SendAsync(Write write)
    {
        using var request = new HttpRequestMessage(write.Method, write.Path);
        if (write.Body is { } body)
            request.Content = new StringContent(
                body, Encoding.UTF8, write.Path.EndsWith("imports", StringComparison.Ordinal) ? "text/csv" : "application/json");
        if (write.Key is { } key) request.Headers.Add("Idempotency-Key", key);
        using var response = await _system.Api(write.Module).SendAsync(request);
        var json = await response.Content.ReadFromJsonAsync<JsonElement>();
        return (
            response.StatusCode, json.TryGetProperty("code", out var code) ? code.GetString() : null,
            response.Headers.RetryAfter is not null);
    }

    // A deferred constraint trigger runs when the server has received the COMMIT.
    private async Task AtCommitAsync(IEnumerable<Write> writes, string statement)
    {
        foreach (var (module, table) in writes.Select(write => (write.Module, write.Table)).Distinct())
        {
            await DatabaseOf(module).ExecuteAsync($"""
                CREATE FUNCTION at_commit_of_{table}() RETURNS trigger LANGUAGE plpgsql
                AS $body$ BEGIN {statement}; RETURN NULL; END $body$;
                CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT OR UPDATE ON {table} DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION at_commit_of_{table}()
                """);
        }
    }

    private async Task NothingAtCommitAsync(IEnumerable<Write> writes)
    {
        foreach (var (module, table) in writes.Select(write => (write.Module, write.Table)).Distinct())
            await DatabaseOf(module).ExecuteAsync($"DROP TRIGGER at_commit ON {table}; DROP FUNCTION at_commit_of_{table}()");
    }

    private Database DatabaseOf(string module) => module switch
    {
        "Order" => _system.Orders,
        "Inventory" => _system.Inventory,
        _ => _system.Payments,
    };
}
