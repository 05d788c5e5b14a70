using Fulfillment.Core;
using Fulfillment.Payment.RefundPayment;
using Fulfillment.Persistence;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Fulfillment.Payment.ChargePayment;

/// <summary>
/// Recovers charges that had no answer when their order ended: their message is a dead letter or still waits. The gateway is asked again
/// with the same key and gives the same answer. Money that has moved is refunded.
/// </summary>
public sealed class ChargeRecovery(
    ModuleDatabase<PaymentDbContext> database, IPaymentGateway gateway, GroupCommit<ChargeOutcome, StoredPayment> outcomes,
    RefundWorker refunds, Startup startup, TimeProvider time, ILogger<ChargeRecovery> logger)
    : PollingWorker(startup, time, logger)
{
    private const int MaxBatch = 20;
    private static readonly TimeSpan GatewayTimeout = TimeSpan.FromSeconds(40);

    // A charge that a handler is working on is left to that handler. The time of change is the claim, so no lock is held while the gateway
    // is asked.
    private const string Claim = """
        WITH due AS MATERIALIZED (
            SELECT id FROM payments WHERE status = 'PENDING' AND cancel_reason IS NOT NULL AND updated_at < now() - interval '1 minute'
            ORDER BY id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED)
        UPDATE payments SET updated_at = now() FROM due WHERE payments.id = due.id
        RETURNING order_id, customer_id, amount
        """;

    /// <inheritdoc />
    protected override string Work => "charges of orders that have ended";

    /// <inheritdoc />
    protected override async Task<bool> WorkAsync(CancellationToken ct)
    {
        var due = await ClaimAsync(ct);
        await Task.WhenAll(due.Select(charge => AskAsync(charge, ct)));
        if (due.Count > 0) refunds.Wake();
        return due.Count == MaxBatch;
    }

    private async Task<List<Charge>> ClaimAsync(CancellationToken ct)
    {
        await using var connection = await database.Source.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection).Add(Claim, MaxBatch);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        return await reader.ReadAllAsync(row => new Charge(row.GetInt64(0), row.GetString(1), row.GetDecimal(2)));
    }

    private async Task AskAsync(Charge charge, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(GatewayTimeout, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        ChargeResult result;
        try
        {
            result = await gateway.ChargeAsync(charge, either.Token);
        }
#pragma warning disable CA1031 // Any exception of the gateway's client is a failure of this charge only.
        catch (Exception e) when (!ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            logger.LogWarning(
                "The charge of order {OrderId}, which has ended, has no answer and is asked for again in a minute: {Reason}",
                charge.OrderId, e.Message);
            return;
        }

        // A redelivery of its message publishes the stored outcome with this id.
        await outcomes.ExecuteAsync(new ChargeOutcome(charge.OrderId, result, Guid.CreateVersion7()), ct);
    }
}
