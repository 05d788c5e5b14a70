using System.ComponentModel.DataAnnotations;

namespace Fulfillment.Payment.Simulate;

/// <summary>Settings of the simulated gateway, section <c>Payment</c>, until somebody changes them while it runs.</summary>
public sealed class SimulatorOptions
{
    /// <summary>Share of charges that succeed, 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double SuccessRate { get; init; } = 0.8;

    /// <summary>Another number makes another series of outcomes. With this one the walk through the README goes as it says.</summary>
    public int Seed { get; init; } = 5;
}

/// <summary>How the simulated gateway behaves.</summary>
/// <param name="SuccessRate">Share of charges that succeed, 0 to 1.</param>
/// <param name="LatencyMs">How long it takes to answer.</param>
/// <param name="Seed">Another number makes another series of outcomes.</param>
public sealed record SimulatorSettings(double SuccessRate, LatencyRange LatencyMs, int Seed);

/// <summary>From the shortest to the longest time, in milliseconds.</summary>
public sealed record LatencyRange(int Min, int Max);

/// <summary>The settings that somebody has given it; there is at most one row, which all replicas read.</summary>
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
