using Fulfillment.Payment;
using Fulfillment.Payment.ChargePayment;

namespace Modules.Tests.Payments;

public sealed class PaymentTransitionTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private static readonly StoredPayment Pending = new(7, 42, PaymentStatus.Pending, 10m, null, null, null, null, Now, null);
    private static readonly StoredPayment Charged = PaymentTransitions.Answer(Pending, Answer("TXN-1"), Now);

    [Fact]
    public void First_answer_counts()
    {
        (Charged.Status, Charged.TransactionId, Charged.RefundOrdered).ShouldBe((PaymentStatus.Completed, "TXN-1", false));
        var declined = PaymentTransitions.Answer(Pending, Answer("TXN-2", declined: true), Now);
        (declined.Status, declined.Reason, declined.ErrorCode).ShouldBe((PaymentStatus.Failed, "Expired", "CARD_EXPIRED"));

        PaymentTransitions.Answer(Charged, Answer("TXN-2", declined: true), Now).ShouldBe(Charged);
        PaymentTransitions.Answer(declined, Answer("TXN-1"), Now).ShouldBe(declined);
    }

    [Fact]
    public void Order_without_a_payment_is_never_charged()
    {
        var voided = Cancel(null);

        (voided.Status, voided.CancelReason).ShouldBe((PaymentStatus.Voided, "CUSTOMER_REQUESTED"));
        PaymentTransitions.Answer(voided, Answer("TXN-1"), Now).ShouldBe(voided);
        Cancel(voided, "RESERVATION_EXPIRED").ShouldBe(voided);
    }

    [Fact]
    public void Charge_of_a_cancelled_order_is_refunded_once_whichever_came_first()
    {
        var late = PaymentTransitions.Answer(Cancel(Pending), Answer("TXN-1"), Now);

        late.ShouldBe(Cancel(Charged));
        (late.Status, late.RefundedAmount, late.RefundOrdered, late.RefundOpen).ShouldBe((PaymentStatus.Completed, 10m, true, true));
        Cancel(late, "RESERVATION_EXPIRED").ShouldBe(late);
        PaymentTransitions.Close(late with { RefundOpen = false }).Status.ShouldBe(PaymentStatus.Refunded);
    }

    [Fact]
    public void Declined_charge_of_a_cancelled_order_stays_failed()
    {
        var declined = PaymentTransitions.Answer(Cancel(Pending), Answer("TXN-1", declined: true), Now);

        (declined.Status, declined.RefundOrdered).ShouldBe((PaymentStatus.Failed, false));
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(10, false)]
    public void Cancellation_refunds_what_refunds_by_hand_have_left(int refunded, bool orders)
    {
        var after = Cancel(Charged with { RefundedAmount = refunded, RefundOpen = true });

        (after.Status, after.RefundedAmount, after.RefundOrdered).ShouldBe((PaymentStatus.Completed, 10m, orders));
    }

    [Theory]
    [InlineData(10, 10, null, false, PaymentStatus.Refunded)]
    [InlineData(10, 10, null, true, PaymentStatus.Completed)]
    [InlineData(10, 9, null, false, PaymentStatus.Completed)]
    [InlineData(0, 0, null, false, PaymentStatus.Completed)]
    [InlineData(0, 0, "CUSTOMER_REQUESTED", false, PaymentStatus.Refunded)]
    public void Payment_is_closed_when_nothing_is_left_and_no_refund_is_open(
        int amount, int refunded, string? cancelled, bool open, PaymentStatus expected) =>
        PaymentTransitions.Close(Charged with
        {
            Amount = amount, RefundedAmount = refunded, CancelReason = cancelled, RefundOpen = open,
        }).Status.ShouldBe(expected);

    private static StoredPayment Cancel(StoredPayment? stored, string reason = "CUSTOMER_REQUESTED") =>
        PaymentTransitions.Cancel(stored, 7, reason, Now);

    private static ChargeOutcome Answer(string transaction, bool declined = false) => new(
        7, new ChargeResult(transaction, declined ? new Decline("CARD_EXPIRED", "Expired") : null), Guid.Empty);
}
