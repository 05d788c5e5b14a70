using System.Text.Json;
using Integration.Tests.Fixture;
using Integration.Tests.Imports;
using Integration.Tests.Operations;

namespace Integration.Tests.OperatorConsole;

/// <summary>A system in which every view has something to show.</summary>
public sealed class FilledSystem(Servers servers) : SharedSystem(servers)
{
    /// <summary>An order that was paid for, whose customer was told.</summary>
    internal long Order { get; private set; }

    /// <summary>An import with rejected rows.</summary>
    internal long Import { get; private set; }

    /// <summary>A dead letter of Inventory.</summary>
    internal long DeadLetter { get; private set; }

    internal override async Task StartAsync(FulfillmentSystem system)
    {
        await system.StartAsync();
        for (var i = 1; i <= 8; i++) await system.PlaceAsync($"CUST-APPROVE-{i:000}", "PROD-002", price: 29.99m);
        await system.PlaceAsync("CUST-DECLINE-003", "PROD-003", price: 49.99m);
        await system.PlaceAsync("CUST-002", "PROD-001", quantity: 100, price: 999.99m);
        await system.PlaceAsync("CUST-004", "NO-SUCH-PRODUCT");
        Order = await system.PlaceAsync(new
        {
            customerId = "CUST-APPROVE-WITH-A-LONG-NAME-OF-A-COMPANY-AND-ITS-DEPARTMENT",
            items = new object[]
            {
                new
                {
                    productId = "PROD-003", productName = "Keyboard with a name that does not fit into one line of a narrow column",
                    quantity = 2, price = 49.99m,
                },
                new { productId = "PROD-002", productName = "Mouse", quantity = 1, price = 29.99m },
            },
        });
        await system.AllEndAsync();
        await Eventually.Get(
            "both notifications", () => system.GetAsync("Notification", $"/api/notifications?orderId={Order}"),
            found => found.GetArrayLength() == 2);

        var prefix = Catalogue.NewPrefix();
        var file = Catalogue.Of(
            prefix, 40,
            n => n % 10 == 0 ? Catalogue.Line(prefix, n, price: "cheap") : n % 15 == 0 ? Catalogue.Line(prefix, n, stock: "-1") : null);
        Import = ImportApi.IdOf(
            await new ImportApi(system).RunAsync(file, "?fileName=catalogue-of-the-autumn-and-winter-season-with-all-departments.csv"));

        foreach (var quantity in new[] { "three", "four" })
        {
            await system.Broker.PublishBareAsync("order.events", "order.created", JsonSerializer.Serialize(new
            {
                eventId = Guid.NewGuid(), timestamp = "2026-01-15T22:43:06", orderId = Order, customerId = "CUST-001", totalAmount = 3m,
                items = new[] { new { productId = "PROD-002", productName = "Mouse", quantity, price = 1m } },
            }));
        }

        await system.Broker.PublishBareAsync("payment.events", "payment.completed", "{}");
        await system.Broker.PublishBareAsync("order.events", "order.forgotten", "{}");
        DeadLetter = (await new DeadLetterApi(system, "Inventory").ArriveAsync(2, $"orderId={Order}"))[0].Id();
    }
}
