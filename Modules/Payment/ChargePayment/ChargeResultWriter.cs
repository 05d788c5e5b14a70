using Fulfillment.Persistence;
using Npgsql;

namespace Fulfillment.Payment.ChargePayment;

/// <summary>An answer of the gateway that is to be stored.</summary>
public sealed record ChargeOutcome(long OrderId, ChargeResult Result, Guid EventId)
{
    public PaymentStatus Status => Result.Decline is null ? PaymentStatus.Completed : PaymentStatus.Failed;
}

/// <summary>
/// Stores answers of the gateway with their transactions, many at once. The first outcome of a payment wins, and every caller gets it. A
/// payment whose order was cancelled during the charge gets its refund here.
/// </summary>
public sealed class ChargeResultWriter(TimeProvider time) : IBatchWriter<ChargeOutcome, StoredPayment>
{
    private const string InsertTransactions = """
        INSERT INTO payment_transactions (payment_id, transaction_id, type, status, amount, message, created_at)
        SELECT id, transaction, 'CHARGE', status, amount, coalesce(reason, 'Approved'), $6
        FROM unnest($1::bigint[], $2::text[], $3::payment_status[], $4::numeric[], $5::text[])
            AS new (id, transaction, status, amount, reason)
        """;

    public async Task<IReadOnlyList<StoredPayment>> WriteAsync(NpgsqlConnection connection, IReadOnlyList<ChargeOutcome> items)
    {
        ChargeOutcome[] first = [.. items.DistinctBy(item => item.OrderId)];
        var payments = await PaymentSql.LockAsync(connection, [.. first.Select(item => item.OrderId)]);
        var now = time.NowToMicrosecond();
        (ChargeOutcome Outcome, PaymentChange Change)[] changes =
        [
            .. first
                .Select(item => (item, new PaymentChange(
                    payments[item.OrderId], PaymentTransitions.Answer(payments[item.OrderId], item, now))))
                .Where(pair => pair.Item2.After != pair.Item2.Before),
        ];
        if (changes.Length > 0)
        {
            await using var batch = new NpgsqlBatch(connection)
                .Add(
                    InsertTransactions,
                    changes.Select(pair => pair.Change.After.PaymentId).ToArray(),
                    changes.Select(pair => pair.Outcome.Result.TransactionId).ToArray(),
                    changes.Select(pair => pair.Outcome.Status).ToArray(),
                    changes.Select(pair => pair.Change.After.Amount).ToArray(),
                    changes.Select(pair => pair.Outcome.Result.Decline?.Reason).ToArray(),
                    now)
                .AddChanges([.. changes.Select(pair => pair.Change)], now);
            await batch.ExecuteNonQueryAsync();
        }

        foreach (var (outcome, change) in changes) payments[outcome.OrderId] = change.After;
        return [.. items.Select(item => payments[item.OrderId])];
    }
}
