using Fulfillment.Operations.Invariants;

namespace Fulfillment.Payment.Audit;

/// <summary>Invariants of <c>payment_db</c>.</summary>
internal static class PaymentInvariants
{
    private static readonly Invariant OnePaymentPerOrder = new(
        "one-payment-per-order", "An order has at most one payment.", """
        SELECT order_id::text, format('%s payments', count(*)) FROM payments
        WHERE order_id > $2 AND order_id <= $3 GROUP BY order_id HAVING count(*) > 1
        """,
        SlicedBy: "payments.order_id");

    private static readonly Invariant RefundsAddUp = new(
        "refunds-add-up", "The refunded amount of a payment is the sum of its refunds, and at most the charged amount.", """
        SELECT order_id::text, format(
            'charged %s, refunded %s, the refunds sum up to %s', payments.amount, refunded_amount, coalesce(refunded.amount, 0))
        FROM payments LEFT JOIN (
            SELECT payment_id, sum(amount) AS amount FROM refunds
            WHERE payment_id > $2 AND payment_id <= $3 GROUP BY payment_id) AS refunded
            ON refunded.payment_id = payments.id
        WHERE payments.id > $2 AND payments.id <= $3
            AND (refunded_amount <> coalesce(refunded.amount, 0) OR refunded_amount > payments.amount)
        """,
        SlicedBy: "payments.id");

    private static readonly Invariant ChargedOnce = new(
        "charged-once", "A completed or refunded payment has exactly one successful charge, of its amount; any other payment has none.", """
        SELECT order_id::text, format(
            'status %s, amount %s, successful charges %s', payments.status, payments.amount, coalesce(charges, '{}'))
        FROM payments LEFT JOIN (
            SELECT payment_id, array_agg(amount) AS charges FROM payment_transactions
            WHERE payment_id > $2 AND payment_id <= $3 AND type = 'CHARGE' AND status = 'COMPLETED' GROUP BY payment_id
            ) AS charged ON charged.payment_id = payments.id
        WHERE payments.id > $2 AND payments.id <= $3
            AND coalesce(charges, '{}') <> CASE WHEN payments.status IN ('COMPLETED', 'REFUNDED') THEN ARRAY[payments.amount] ELSE '{}' END
        """,
        SlicedBy: "payments.id");

    // Refunds count from the moment they are ordered; NothingStaysOpen detects those that are never carried out.
    private static readonly Invariant CancelledIsRefunded = new(
        "cancelled-is-refunded", "The charge of a cancelled order is refunded, or its refund is ordered.", """
        SELECT order_id::text, format('%s, but of %s only %s are refunded', cancel_reason, amount, refunded_amount)
        FROM payments WHERE id > $2 AND id <= $3 AND status = 'COMPLETED' AND cancel_reason IS NOT NULL AND refunded_amount < amount
        """,
        SlicedBy: "payments.id");

    private static readonly Invariant RefundedIsClosed = new(
        "refunded-is-closed", "A payment of which nothing is left, and no refund is open, is no longer COMPLETED.", """
        SELECT order_id::text, format('all of %s is refunded, and the payment is COMPLETED', amount)
        FROM payments WHERE id > $2 AND id <= $3 AND status = 'COMPLETED' AND refunded_amount = amount
            AND (amount > 0 OR cancel_reason IS NOT NULL)
            AND NOT EXISTS (SELECT FROM refunds WHERE payment_id = payments.id AND completed_at IS NULL)
        """,
        SlicedBy: "payments.id");

    private static readonly Invariant NothingStaysOpen = new(
        "payments-end", "No charge and no refund is open for longer than openSeconds.", """
        SELECT order_id::text, format('the charge is open since %s', created_at)
        FROM payments WHERE status = 'PENDING' AND created_at < now() - make_interval(secs => $1)
        UNION ALL
        SELECT order_id::text, format(
            'refund %s is open since %s after %s attempt(s), %s',
            refunds.id, refunds.created_at, attempts, coalesce(last_error, 'without an error'))
        FROM refunds JOIN payments ON payments.id = refunds.payment_id
        WHERE refunds.completed_at IS NULL AND refunds.created_at < now() - make_interval(secs => $1)
        """);

    public static IReadOnlyList<Invariant> All { get; } =
        [Invariant.OutboxDrains, NothingStaysOpen, CancelledIsRefunded, RefundedIsClosed, OnePaymentPerOrder, RefundsAddUp, ChargedOnce];
}
