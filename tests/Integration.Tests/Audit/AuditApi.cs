using System.Text.Json;
using Integration.Tests.Fixture;

namespace Integration.Tests.Audit;

/// <summary>What every module says of itself to an auditor.</summary>
internal static class AuditApi
{
    private static readonly Dictionary<string, string> Prefixes = new()
    {
        ["Order"] = "/api/orders", ["Inventory"] = "/api/inventory", ["Payment"] = "/api/payments", ["Notification"] = "/api/notifications",
    };

    public static string Path(string module, string operation) => $"{Prefixes[module]}/ops/{operation}";

    public static Database Database(FulfillmentSystem system, string module) => module switch
    {
        "Order" => system.Orders,
        "Inventory" => system.Inventory,
        "Payment" => system.Payments,
        _ => system.Notifications,
    };

    public static Task<JsonElement> ReportAsync(FulfillmentSystem system, string module, int? openSeconds = null) =>
        system.GetAsync(module, Path(module, "invariants") + (openSeconds is { } seconds ? $"?openSeconds={seconds}" : ""));

    public static async Task<JsonElement> CheckAsync(FulfillmentSystem system, string module, string check, int? openSeconds = null) =>
        (await ReportAsync(system, module, openSeconds)).GetProperty("checks").EnumerateArray()
            .Single(candidate => candidate.GetProperty("name").GetString() == check);
}
