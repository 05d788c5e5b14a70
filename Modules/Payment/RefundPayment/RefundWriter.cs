using Fulfillment.Contracts;
using Fulfillment.Messaging;
using Fulfillment.Persistence;
using Npgsql;

namespace Fulfillment.Payment.RefundPayment;

/// <summary>The result of a refund request.</summary>
/// <param name="Refund">The refund.</param>
/// <param name="TransactionId">The gateway's transaction; null when the refund failed.</param>
/// <param name="Error">Error of a failed refund.</param>
public sealed record RefundAnswer(DueRefund Refund, string? TransactionId, string? Error);

/// <summary>
/// Stores the results of refunds, many at once: successful ones with their transactions and events, the others with the error. The result
/// says whether this call completed the refund.
/// </summary>
public sealed class RefundWriter(TimeProvider time) : IBatchWriter<RefundAnswer, bool>
{
    private const int MaxError = 500;

    private const string Complete = """
        WITH completed AS (
            UPDATE refunds SET completed_at = $3, transaction_id = done.transaction, last_error = NULL
            FROM unnest($1::bigint[], $2::text[]) AS done (id, transaction) WHERE refunds.id = done.id AND completed_at IS NULL
            RETURNING refunds.id, payment_id, refunds.transaction_id, amount, reason_code),
        stored AS (
            INSERT INTO payment_transactions (payment_id, transaction_id, type, status, amount, message, created_at)
            SELECT payment_id, transaction_id, 'REFUND', 'COMPLETED', amount, reason_code, $3 FROM completed)
        SELECT id FROM completed
        """;

    private const string Fail = """
        UPDATE refunds SET last_error = failed.error FROM unnest($1::bigint[], $2::text[]) AS failed (id, error)
        WHERE refunds.id = failed.id AND completed_at IS NULL
        """;

    public async Task<IReadOnlyList<bool>> WriteAsync(NpgsqlConnection connection, IReadOnlyList<RefundAnswer> items)
    {
        long[] orders = [.. items.Select(item => item.Refund.OrderId).Distinct()];
        var (completed, payments) = await StoreAsync(connection, orders, items);
        if (completed.Count == 0) return [.. items.Select(_ => false)];

        var now = time.NowToMicrosecond();
        var closed = payments.Select(payment => new PaymentChange(payment, PaymentTransitions.Close(payment)))
            .Where(change => change.After != change.Before);
        var announced = items.Where(item => completed.Contains(item.Refund.Id)).DistinctBy(item => item.Refund.Id);
        await using var batch = new NpgsqlBatch(connection)
            .AddChanges([.. closed], now)
            .AddOutbox([.. announced.Select(item => OutgoingMessage.From(Announce(item.Refund, now)))]);
        await batch.ExecuteNonQueryAsync();
        return [.. items.Select(item => completed.Contains(item.Refund.Id))];
    }

    private async Task<(HashSet<long> Completed, List<StoredPayment> Payments)> StoreAsync(
        NpgsqlConnection connection, long[] orders, IReadOnlyList<RefundAnswer> items)
    {
        RefundAnswer[] succeeded = [.. items.Where(item => item.Error is null)];
        RefundAnswer[] failed = [.. items.Where(item => item.Error is not null)];
        await using var batch = new NpgsqlBatch(connection)
            .Add(PaymentSql.Lock, orders)
            .Add(
                Complete, succeeded.Select(item => item.Refund.Id).ToArray(), succeeded.Select(item => item.TransactionId).ToArray(),
                time.NowToMicrosecond())
            // As an object, because a single array of texts would become the list of parameters.
            .Add(Fail, failed.Select(item => item.Refund.Id).ToArray(), (object)failed.Select(item => Clean(item.Error!)).ToArray())
            // Two replicas that complete the last two refunds of one payment run this one after the other.
            .Add(StoredPayment.Select, orders);
        await using var reader = await batch.ExecuteReaderAsync();
        await reader.ReadAllAsync(_ => 0); // the locked payments
        var completed = await reader.ReadAllAsync(row => row.GetInt64(0));
        return ([.. completed], await reader.ReadAllAsync(StoredPayment.Read));
    }

    // The text comes from another company. Characters that the database rejects must not fail the refunds of the batch.
    private static string Clean(string error)
    {
        var clean = new string([.. error.Where(character => !char.IsControl(character) && !char.IsSurrogate(character))]);
        return clean[..Math.Min(clean.Length, MaxError)];
    }

    private static PaymentRefundedEvent Announce(DueRefund refund, DateTimeOffset now) =>
        new PaymentRefundedEvent(refund.OrderId, refund.CustomerId, refund.PaymentId, refund.Id, refund.Amount, refund.ReasonCode)
            .WithNewCorrelation(refund.EventId, now, refund.CorrelationId);
}
