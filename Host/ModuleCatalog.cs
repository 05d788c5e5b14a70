using Fulfillment.Core;
using Fulfillment.Hosting;
using Fulfillment.Inventory;
using Fulfillment.Messaging;
using Fulfillment.Notification;
using Fulfillment.Order;
using Fulfillment.Payment;
using Fulfillment.Web;

namespace Fulfillment.Host;

/// <summary>The modules of the system, listed by hand.</summary>
public static class ModuleCatalog
{
    public static IReadOnlyList<Module> All { get; } =
        [new OrderModule(), new InventoryModule(), new PaymentModule(), new NotificationModule()];

    /// <summary>Topology of all modules in the broker.</summary>
    public static Topology Topology { get; } = new([.. All.Select(module => module.Topology)]);

    /// <summary>The errors of all modules: the gateway takes their pages from any process.</summary>
    public static ErrorCatalog Errors { get; } = new(All.SelectMany(module => module.Errors));

    /// <summary>The modules that MODULES names, separated by commas; all of them when it is unset.</summary>
    /// <exception cref="ConfigurationException">A name is unknown, or none is given.</exception>
    public static IReadOnlyList<Module> Enabled(string? setting)
    {
        if (setting is null) return All;
        var names = setting.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string[] unknown = [.. names.Where(name => !All.Any(module => Matches(module, name)))];
        if (unknown.Length > 0 || names.Length == 0)
        {
            var what = names.Length == 0 ? "names no module" : $"names unknown modules: {string.Join(", ", unknown)}";
            throw new ConfigurationException(
                $"MODULES {what}; valid are {string.Join(", ", All.Select(module => module.Name))}, for example MODULES=Order,Inventory");
        }

        return [.. All.Where(module => names.Any(name => Matches(module, name)))];
    }

    private static bool Matches(Module module, string name) => module.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}
