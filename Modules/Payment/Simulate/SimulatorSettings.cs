using System.ComponentModel.DataAnnotations;

namespace Fulfillment.Payment.Simulate;

/// <summary>Settings of the simulated gateway, section <c>Payment</c>. A change over the API overrides them.</summary>
public sealed class SimulatorOptions
{
    /// <summary>Share of charges that succeed, 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double SuccessRate { get; init; } = 0.8;

    /// <summary>Another number makes another series of outcomes. The README's walkthrough needs this one.</summary>
    public int Seed { get; init; } = 5;
}

/// <summary>Behaviour of the simulated gateway.</summary>
/// <example>{ "successRate": 0.8, "latencyMs": { "min": 20, "max": 150 }, "seed": 5 }</example>
/// <param name="SuccessRate">Share of charges that succeed, 0 to 1.</param>
/// <param name="LatencyMs">Time to an answer.</param>
/// <param name="Seed">Another number makes another series of outcomes.</param>
public sealed record SimulatorSettings(double SuccessRate, LatencyRange LatencyMs, int Seed);

/// <summary>From the shortest to the longest time, in milliseconds.</summary>
public sealed record LatencyRange(int Min, int Max);

/// <summary>The settings changed over the API; there is at most one row, which all replicas read.</summary>
public sealed class StoredSimulator
{
    public const short OnlyId = 1;

    public short Id { get; init; } = OnlyId;

    public double SuccessRate { get; init; }

    public int LatencyMinMs { get; init; }

    public int LatencyMaxMs { get; init; }

    public int Seed { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}
