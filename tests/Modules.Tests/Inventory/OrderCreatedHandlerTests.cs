using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Inventory.ReserveStock;

namespace Modules.Tests.Inventory;

public sealed class OrderCreatedHandlerTests
{
    private static readonly OrderCreatedEvent Order =
        new(7, "CUST-1", [new OrderLine("PROD-1", "Lamp", 2, 29.99m), new OrderLine("PROD-2", "Table", 1, 100m)], 159.98m);

    public static TheoryData<OrderLine> ImpossibleLines =>
    [
        new OrderLine("PROD-1", "Lamp", 0, 29.99m), new OrderLine("PROD-1", "Lamp", -1, 29.99m), new OrderLine("PROD-1", "Lamp", 1, -0.01m),
    ];

    [Fact]
    public void Reserved_stock_is_announced_with_everything_that_payment_needs()
    {
        var reserved = OrderCreatedHandler.Reserved(Order);

        reserved.ShouldBe(new InventoryReservedEvent(7, "CUST-1", Order.Items, 159.98m));
    }

    [Theory]
    [InlineData("OUT_OF_STOCK", "Not enough stock of product PROD-2")]
    [InlineData("UNKNOWN_PRODUCT", "Product PROD-2 is unknown")]
    public void A_failed_reservation_names_product_and_reason(string code, string reason)
    {
        var failed = OrderCreatedHandler.Failed(Order, new ReservationFailure(code, "PROD-2"));

        failed.ShouldBe(new InventoryFailedEvent(7, "CUST-1", reason, "PROD-2", code));
    }

    [Fact]
    public async Task An_order_without_items_can_never_be_reserved() =>
        await Handle(Order with { Items = [] }).ShouldThrowAsync<InvalidMessageException>();

    [Theory]
    [MemberData(nameof(ImpossibleLines))]
    public async Task An_order_with_an_impossible_line_can_never_be_reserved(OrderLine line) =>
        await Handle(Order with { Items = [Order.Items[0], line] }).ShouldThrowAsync<InvalidMessageException>();

    [Fact]
    public async Task An_order_with_a_line_that_is_null_can_never_be_reserved() =>
        await Handle(Order with { Items = [null!] }).ShouldThrowAsync<InvalidMessageException>();

    // Refused before anything is asked, so there is nothing to ask.
    private static Task Handle(OrderCreatedEvent order) =>
        new OrderCreatedHandler(null!, null!).HandleAsync(order, TestContext.Current.CancellationToken);
}
