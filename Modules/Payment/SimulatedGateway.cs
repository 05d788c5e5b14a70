using System.Buffers.Binary;
using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Fulfillment.Payments;

/// <summary>Settings of the simulated gateway, section <c>Payment</c>.</summary>
public sealed class SimulatorOptions
{
    /// <summary>Share of charges that succeed, 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double SuccessRate { get; init; } = 0.8;

    /// <summary>Another number makes another series of outcomes. With this one the walk through the README goes as it says.</summary>
    public int Seed { get; init; } = 5;
}

/// <summary>
/// Stands for a real gateway. Its answer depends on nothing but seed and order, so that it is as idempotent as a real one.
/// Customers named CUST-APPROVE... are always charged, CUST-DECLINE... never.
/// </summary>
public sealed class SimulatedGateway(IOptions<SimulatorOptions> options) : IPaymentGateway
{
    private static readonly Decline[] Declines =
    [
        new("INSUFFICIENT_FUNDS", "Insufficient funds"),
        new("CARD_EXPIRED", "The card has expired"),
        new("CARD_DECLINED", "The bank declined the card"),
    ];

    public string Method => "CREDIT_CARD";

    public Task<ChargeResult> ChargeAsync(Charge charge, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(charge);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(charge.OrderId, options.Value.Seed, hash);
        var luck = BinaryPrimitives.ReadUInt32LittleEndian(hash) / (uint.MaxValue + 1.0);
        var approved = charge.CustomerId switch
        {
            _ when charge.CustomerId.StartsWith("CUST-APPROVE", StringComparison.Ordinal) => true,
            _ when charge.CustomerId.StartsWith("CUST-DECLINE", StringComparison.Ordinal) => false,
            _ => luck < options.Value.SuccessRate,
        };
        var decline = approved ? null : Declines[hash[8] % Declines.Length];
        return Task.FromResult(new ChargeResult(Transaction(hash), decline));
    }

    public Task<string> RefundAsync(RefundOrder refund, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(refund);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(~refund.RefundId, options.Value.Seed, hash); // apart from every order
        return Task.FromResult(Transaction(hash));
    }

    private static void Hash(long key, int seed, Span<byte> hash)
    {
        Span<byte> input = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(input, key);
        BinaryPrimitives.WriteInt32LittleEndian(input[8..], seed);
        SHA256.HashData(input, hash);
    }

    private static string Transaction(ReadOnlySpan<byte> hash) => $"TXN-{Convert.ToHexString(hash.Slice(4, 4))}";
}
