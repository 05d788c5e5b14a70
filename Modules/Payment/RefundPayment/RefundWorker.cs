using Fulfillment.BuildingBlocks;
using Fulfillment.BuildingBlocks.Messaging;
using Fulfillment.BuildingBlocks.Persistence;
using Fulfillment.Contracts;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Fulfillment.Payments.RefundPayment;

/// <summary>
/// Carries out the refunds that are stored: asks the gateway, which gives money back once however often it is asked, and stores its answer together with
/// the announcement. Replicas skip each other's refunds.
/// </summary>
public sealed class RefundWorker(
    ModuleDatabase<PaymentDbContext> database, IPaymentGateway gateway, OutboxRelay<PaymentDbContext> relay, PaymentMetrics metrics, Startup startup,
    TimeProvider time, ILogger<RefundWorker> logger)
    : PollingWorker(startup, time, logger)
{
    private const int MaxBatch = 50;

    private const string Take = """
        SELECT refunds.id, refunds.amount, reason_code, refunds.event_id, payments.id, order_id, customer_id, payments.transaction_id, correlation_id, now()
        FROM refunds JOIN payments ON payments.id = payment_id
        WHERE refunds.completed_at IS NULL
        ORDER BY refunds.id LIMIT $1 FOR NO KEY UPDATE OF refunds SKIP LOCKED
        """;

    private const string Complete = """
        WITH completed AS (
            UPDATE refunds SET completed_at = $3, transaction_id = done.transaction
            FROM unnest($1::bigint[], $2::text[]) AS done (id, transaction) WHERE refunds.id = done.id
            RETURNING payment_id, refunds.transaction_id, amount, reason_code)
        INSERT INTO payment_transactions (payment_id, transaction_id, type, status, amount, message, created_at)
        SELECT payment_id, transaction_id, 'REFUND', 1, amount, reason_code, $3 FROM completed
        """;

    private const string CloseRefunded = """
        UPDATE payments SET status = 4, updated_at = $2
        WHERE id = ANY($1) AND status = 1 AND refunded_amount = amount
            AND NOT EXISTS (SELECT FROM refunds WHERE payment_id = payments.id AND completed_at IS NULL)
        """;

    /// <inheritdoc />
    protected override string Work => "refunds";

    /// <inheritdoc />
    protected override async Task<bool> WorkAsync(CancellationToken ct)
    {
        await using var connection = await database.Source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var open = await TakeAsync(connection, ct);
        if (open.Count == 0) return false;

        var transactions = await Task.WhenAll(open.Select(refund => gateway.RefundAsync(new RefundOrder(refund.Id, refund.Charged, refund.Amount), ct)));
        Failpoint.Hit("payment-after-refund");
        await using var batch = new NpgsqlBatch(connection)
            .Add(Complete, open.Select(refund => refund.Id).ToArray(), transactions, open[0].Now)
            .Add(CloseRefunded, open.Select(refund => refund.PaymentId).Distinct().ToArray(), open[0].Now)
            .AddOutbox([.. open.Select(refund => OutgoingMessage.From(Announce(refund)))]);
        await batch.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
        metrics.Count(PaymentStatus.Refunded, open.Count);
        relay.Wake();
        return open.Count == MaxBatch;
    }

    private static async Task<List<OpenRefund>> TakeAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection).Add(Take, MaxBatch);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        return await reader.ReadAllAsync(row => new OpenRefund(
            row.GetInt64(0), row.GetDecimal(1), row.GetString(2), row.GetGuid(3), row.GetInt64(4), row.GetInt64(5), row.GetString(6), row.GetString(7),
            row.IsDBNull(8) ? null : row.GetGuid(8), row.GetFieldValue<DateTimeOffset>(9)));
    }

    private static PaymentRefundedEvent Announce(OpenRefund refund) =>
        new PaymentRefundedEvent(refund.OrderId, refund.CustomerId, refund.PaymentId, refund.Id, refund.Amount, refund.ReasonCode)
            .Starting(refund.EventId, refund.Now, refund.Flow);

    private sealed record OpenRefund(
        long Id, decimal Amount, string ReasonCode, Guid EventId, long PaymentId, long OrderId, string CustomerId, string Charged, Guid? Flow, DateTimeOffset Now);
}
