using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Fulfillment.Payment.Simulate;

/// <summary>
/// Simulates a real gateway. Its answer depends only on the settings and the order, so it is as idempotent as a real gateway while the
/// settings stay unchanged. Customers named CUST-APPROVE... are always charged, CUST-DECLINE... never.
/// </summary>
/// <param name="settings">Reads the current settings.</param>
/// <param name="time">The clock.</param>
public sealed class SimulatedGateway(Func<CancellationToken, Task<SimulatorSettings>> settings, TimeProvider time) : IPaymentGateway
{
    private static readonly Decline[] Declines =
    [
        new("INSUFFICIENT_FUNDS", "Insufficient funds"),
        new("CARD_EXPIRED", "The card has expired"),
        new("CARD_DECLINED", "The bank declined the card"),
    ];

    public string Method => "CREDIT_CARD";

    public async Task<ChargeResult> ChargeAsync(Charge charge, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(charge);
        var current = await settings(ct);
        var hash = Hash(charge.OrderId, current.Seed);
        await AnswerAsync(current.LatencyMs, hash, ct);
        var luck = BinaryPrimitives.ReadUInt32LittleEndian(hash) / (uint.MaxValue + 1.0);
        var approved = charge.CustomerId switch
        {
            _ when charge.CustomerId.StartsWith("CUST-APPROVE", StringComparison.Ordinal) => true,
            _ when charge.CustomerId.StartsWith("CUST-DECLINE", StringComparison.Ordinal) => false,
            _ => luck < current.SuccessRate,
        };
        var decline = approved ? null : Declines[hash[8] % Declines.Length];
        return new ChargeResult(Transaction(hash), decline);
    }

    public async Task<RefundResult> RefundAsync(RefundOrder refund, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(refund);
        var current = await settings(ct);
        var hash = Hash(~refund.RefundId, current.Seed); // distinct from the hashes of orders
        await AnswerAsync(current.LatencyMs, hash, ct);
        return new RefundResult(Transaction(hash), null);
    }

    private Task AnswerAsync(LatencyRange latency, byte[] hash, CancellationToken ct)
    {
        if (latency.Max == 0) return Task.CompletedTask;
        var share = BinaryPrimitives.ReadUInt32LittleEndian(hash.AsSpan(12)) / (uint.MaxValue + 1.0);
        return Task.Delay(TimeSpan.FromMilliseconds(latency.Min + share * (latency.Max - latency.Min)), time, ct);
    }

    private static byte[] Hash(long key, int seed)
    {
        Span<byte> input = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(input, key);
        BinaryPrimitives.WriteInt32LittleEndian(input[8..], seed);
        return SHA256.HashData(input);
    }

    private static string Transaction(ReadOnlySpan<byte> hash) => $"TXN-{Convert.ToHexString(hash.Slice(4, 4))}";
}
