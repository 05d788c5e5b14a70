using Fulfillment.Core;
using Fulfillment.Persistence;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Fulfillment.Payment.RefundPayment;

/// <summary>A refund that is requested now.</summary>
/// <param name="Charged">Transaction of the charge.</param>
/// <param name="CorrelationId">Id of the first event of the order.</param>
/// <param name="Attempt">Number of requests, including this one.</param>
public sealed record DueRefund(
    long Id, decimal Amount, string ReasonCode, Guid EventId, long PaymentId, long OrderId, string CustomerId, string Charged,
    Guid? CorrelationId, int Attempt);

/// <summary>
/// Carries out stored refunds: asks the gateway, which refunds once however often it is asked, and stores each answer separately. A failed
/// refund is retried later and delays no other refund.
/// </summary>
public sealed class RefundWorker(
    ModuleDatabase<PaymentDbContext> database, IPaymentGateway gateway, GroupCommit<RefundAnswer, bool> answers,
    OutboxRelay<PaymentDbContext> relay, PaymentMetrics metrics, Startup startup, TimeProvider time, ILogger<RefundWorker> logger)
    : PollingWorker(startup, time, logger)
{
    private const int MaxBatch = 50;
    private static readonly TimeSpan GatewayTimeout = TimeSpan.FromSeconds(40);

    // The time of the next attempt is stored before the gateway is asked, so no lock is held meanwhile. It is the lease of this replica and
    // the retry delay after a failure: another attempt follows a crash as well as a refusal. Two replicas that request one refund get the
    // same answer, and store it once.
    private const string Claim = """
        WITH due AS MATERIALIZED (
            SELECT id FROM refunds WHERE completed_at IS NULL AND next_attempt_at <= now()
            ORDER BY next_attempt_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED)
        UPDATE refunds SET attempts = attempts + 1,
            next_attempt_at = now() + least(interval '10 seconds' * 2 ^ least(attempts, 10), interval '10 minutes')
        FROM due, payments WHERE refunds.id = due.id AND payments.id = payment_id
        RETURNING refunds.id, refunds.amount, reason_code, refunds.event_id, payments.id, order_id, customer_id, payments.transaction_id,
            correlation_id, attempts
        """;

    /// <inheritdoc />
    protected override string Work => "refunds";

    /// <inheritdoc />
    protected override async Task<bool> WorkAsync(CancellationToken ct)
    {
        var due = await ClaimAsync(ct);
        await Task.WhenAll(due.Select(refund => RefundAsync(refund, ct)));
        return due.Count == MaxBatch;
    }

    private async Task<List<DueRefund>> ClaimAsync(CancellationToken ct)
    {
        await using var connection = await database.Source.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection).Add(Claim, MaxBatch);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        return await reader.ReadAllAsync(row => new DueRefund(
            row.GetInt64(0), row.GetDecimal(1), row.GetString(2), row.GetGuid(3), row.GetInt64(4), row.GetInt64(5), row.GetString(6),
            row.GetString(7), row.IsDBNull(8) ? null : row.GetGuid(8), row.GetInt32(9)));
    }

    private async Task RefundAsync(DueRefund refund, CancellationToken ct)
    {
        var answer = await AskAsync(refund, ct);
        Failpoint.Hit("payment-after-refund");
        if (answer.Error is { } error)
            logger.LogWarning(
                "Refund {RefundId} failed at attempt {Attempt} and is tried again later: {Reason}", refund.Id, refund.Attempt, error);
        if (!await answers.ExecuteAsync(answer, ct)) return;
        metrics.Count(PaymentStatus.Refunded);
        relay.Wake();
    }

    private async Task<RefundAnswer> AskAsync(DueRefund refund, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(GatewayTimeout, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            var result = await gateway.RefundAsync(new RefundOrder(refund.Id, refund.Charged, refund.Amount), either.Token);
            return result.Decline is { } decline
                ? new RefundAnswer(refund, null, $"{decline.ErrorCode}: {decline.Reason}")
                : new RefundAnswer(refund, result.TransactionId, null);
        }
#pragma warning disable CA1031 // Any exception of the gateway's client is a failure of this refund only.
        catch (Exception e) when (!ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return new RefundAnswer(
                refund, null, timeout.IsCancellationRequested ? $"No answer within {GatewayTimeout.TotalSeconds:0} s" : e.Message);
        }
    }
}
