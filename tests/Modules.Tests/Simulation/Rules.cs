using Fulfillment.Order;

namespace Modules.Tests.Simulation;

/// <summary>
/// The rules that stand in handlers and not in decisions. Tests break them one by one to see that the simulation notices.
/// </summary>
internal sealed record Rules
{
    public static readonly Rules AsBuilt = new();

    /// <summary>What a payment makes of an order. Only sold stock completes it.</summary>
    public OrderStatus Paid { get; init; } = OrderStatus.Confirmed;

    /// <summary>A message is acknowledged before what it led to is published.</summary>
    public bool AcknowledgesFirst { get; init; }

    /// <summary>A cancel that overtakes ORDER_CREATED leaves something behind.</summary>
    public bool CancelLeavesTombstone { get; init; } = true;

    /// <summary>What is charged after its order has ended goes back.</summary>
    public bool LateChargeIsRefunded { get; init; } = true;

    /// <summary>An outcome that is published again has the id that it had.</summary>
    public bool RedeliveryFindsItsOutcome { get; init; } = true;
}
