using Fulfillment.Harness;

namespace Fulfillment.Chaos.Faults;

/// <summary>The named points in the code at which a process of a debug build can be made to crash.</summary>
internal static class Failpoints
{
    private static readonly string[] Edge =
    [
        "order-edge-after-commit", "order-edge-after-answer", "relay-after-read", "relay-before-confirm", "relay-before-commit",
    ];

    private static readonly (string Module, string Writer)[] Writers =
    [
        ("Order", "OrderWriter"), ("Order", "StatusWriter"), ("Inventory", "ReservationWriter"),
        ("Inventory", "ReservationTransitionWriter"), ("Payment", "ChargeWriter"), ("Payment", "ChargeResultWriter"),
        ("Payment", "CancelPaymentWriter"), ("Payment", "RefundWriter"), ("Notification", "NotificationWriter"),
    ];

    private static readonly string[] Money = ["payment-after-begin", "payment-after-charge", "payment-after-refund"];

    private static readonly string[] Import =
        ["import-before-plan", "import-after-publish", "import-mid-chunk", "import-before-commit", "import-after-commit"];

    private static readonly string[] Moments = ["receive", "commit", "publish"];

    /// <summary>All points, with the module whose processes pass them.</summary>
    public static IReadOnlyList<(string Module, string Point)> All { get; } =
    [
        .. Edge.Select(point => ("Order", point)),
        .. Writers.Select(entry => (entry.Module, $"{entry.Writer.ToLowerInvariant()}-before-commit")),
        .. Databases.Modules.SelectMany(module => Consumer(module).Select(point => (module, point))),
        .. Money.Select(point => ("Payment", point)),
        .. Import.Select(point => ("Inventory", point)),
    ];

    /// <summary>The points that a process passes while orders are placed.</summary>
    public static IReadOnlyList<string> Of(string process) =>
    [
        .. All.Where(entry => process.StartsWith(entry.Module, StringComparison.OrdinalIgnoreCase) && !NeedsImport(entry.Point))
            .Select(entry => entry.Point),
    ];

    /// <summary>The least number of times that a process passes a point during some hundred orders.</summary>
    public static int Passes(string point) => NeedsImport(point) || NeedsLateOrders(point) ? 1 : 20;

    /// <summary>True for points that only the import of a catalogue passes.</summary>
    public static bool NeedsImport(string point) => Import.Contains(point);

    /// <summary>
    /// True for points that only cancelled orders pass. They need an Order module that receives the events of other modules late.
    /// </summary>
    public static bool NeedsLateOrders(string point) =>
        point is "payment-after-refund" or "cancelpaymentwriter-before-commit" or "refundwriter-before-commit";

    private static string[] Consumer(string module) =>
        [.. Moments.Select(moment => $"{module.ToLowerInvariant()}-after-{moment}")];
}
