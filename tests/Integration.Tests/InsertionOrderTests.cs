using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Integration.Tests.Fixture;

namespace Integration.Tests;

/// <summary>Rows of one batch are inserted in the order of their keys, whatever the order in which their messages come.</summary>
public sealed class InsertionOrderTests(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    private const int Messages = 200;

    // Rows of one transaction lie in a page of the table in the order in which they were inserted.
    private const string OutOfOrder = """
        SELECT count(*) FROM (
            SELECT order_id, lag(order_id) OVER (PARTITION BY xmin::text, (ctid::text::point)[0] ORDER BY ctid) AS before
            FROM reservations WHERE order_id BETWEEN $1 AND $2) AS rows
        WHERE order_id < before
        """;

    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Reservations_of_a_batch_are_inserted_by_order_number()
    {
        await using (var declares = await _system.StartAsync("Inventory")) await declares.StopAsync();
        for (var n = Messages; n > 0; n--)
        {
            var (created, cancelled) = (Guid.NewGuid(), Guid.NewGuid());
            var items = $$"""[{"productId":"UNKNOWN-{{n}}","productName":"Thing","quantity":2,"price":10.50}]""";
            await _system.Broker.PublishBareAsync("order.events", "order.created", $$"""
                {"eventId":"{{created}}","eventType":"ORDER_CREATED","timestamp":"2026-01-15T22:43:06","sourceService":"order-service",
                 "orderId":{{n}},"customerId":"CUST-1","items":{{items}},"totalAmount":21.00}
                """);
            await _system.Broker.PublishBareAsync("order.events", "order.cancelled", $$"""
                {"eventId":"{{cancelled}}","eventType":"ORDER_CANCELLED","timestamp":"2026-01-15T22:43:06","sourceService":"order-service",
                 "orderId":{{1_000 + n}},"customerId":"CUST-1","reason":"No","reasonCode":"CUSTOMER_REQUESTED"}
                """);
        }

        await using var host = await _system.StartAsync("Inventory");
        await Eventually.Get("all reservations", () => _system.Inventory.CountAsync("reservations"), count => count == 2 * Messages);

        (await _system.Inventory.ScalarAsync<long>("SELECT count(DISTINCT xmin::text) FROM reservations"))
            .ShouldBeLessThan(Messages, "messages share transactions");
        (await _system.Inventory.ScalarAsync<long>(OutOfOrder, 1L, (long)Messages)).ShouldBe(0, "orders");
        (await _system.Inventory.ScalarAsync<long>(OutOfOrder, 1_001L, 1_000L + Messages)).ShouldBe(0, "cancelled orders");
        await host.StopAsync();
    }

    [Fact]
    public async Task Ids_of_an_order_line_belong_to_its_product_in_every_response()
    {
        await using var host = await _system.StartAsync("Order");
        var bodies = Enumerable.Range(0, 40).Select(order => new
        {
            customerId = $"CUST-{order}",
            items = Enumerable.Range(0, 100)
                .Select(line => new { productId = $"P-{(line * 37) % 100}-{order}", productName = "Thing", quantity = 1, price = 1.00m }),
        });

        var responses = await Task.WhenAll(bodies.Select(body => _system.Api("Order").PostAsJsonAsync("/api/orders", body)));

        foreach (var response in responses)
        {
            response.StatusCode.ShouldBe(HttpStatusCode.Created);
            foreach (var item in (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items").EnumerateArray())
            {
                (await _system.Orders.ScalarAsync<string>(
                    "SELECT product_id FROM order_items WHERE id = $1", item.GetProperty("id").GetInt64()))
                    .ShouldBe(item.GetProperty("productId").GetString());
            }

            response.Dispose();
        }

        await host.StopAsync();
    }
}
