using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Payment;
using Fulfillment.Payment.ChargePayment;

namespace Modules.Tests.Payments;

public sealed class InventoryReservedHandlerTests
{
    private static readonly InventoryReservedEvent Reserved = new(7, "CUST-1", [new OrderLine("PROD-1", "Lamp", 2, 29.99m)], 59.98m);

    [Fact]
    public void A_charge_is_announced_with_its_transaction()
    {
        var payment = new StoredPayment(
            7, 42, PaymentStatus.Completed, 59.98m, "TXN-0123ABCD", null, null, Guid.NewGuid(), DateTimeOffset.UnixEpoch, null);

        InventoryReservedHandler.Completed(Reserved, payment, "CREDIT_CARD")
            .ShouldBe(new PaymentCompletedEvent(7, "CUST-1", 42, "TXN-0123ABCD", 59.98m, "CREDIT_CARD"));
    }

    [Fact]
    public void A_decline_is_announced_with_its_reason()
    {
        var payment = new StoredPayment(
            7, 42, PaymentStatus.Failed, 59.98m, "TXN-0123ABCD", "Insufficient funds", "INSUFFICIENT_FUNDS", Guid.NewGuid(),
            DateTimeOffset.UnixEpoch, null);

        InventoryReservedHandler.Failed(Reserved, payment)
            .ShouldBe(new PaymentFailedEvent(7, "CUST-1", 59.98m, "Insufficient funds", "INSUFFICIENT_FUNDS"));
    }

    [Fact]
    public void An_answer_without_a_decline_is_a_completed_payment()
    {
        new ChargeOutcome(7, new ChargeResult("TXN-1", null), Guid.NewGuid()).Status.ShouldBe(PaymentStatus.Completed);
        new ChargeOutcome(7, new ChargeResult("TXN-1", new Decline("E", "r")), Guid.NewGuid()).Status.ShouldBe(PaymentStatus.Failed);
    }

    [Fact]
    public async Task A_negative_amount_can_never_be_charged() =>
        await new InventoryReservedHandler(null!, null!, null!, null!, null!, null!)
            .HandleAsync(Reserved with { TotalAmount = -0.01m }, TestContext.Current.CancellationToken)
            .ShouldThrowAsync<InvalidMessageException>();
}
