using Fulfillment.Core;
using Fulfillment.Host;

namespace Modules.Tests.Configuration;

public sealed class ModuleCatalogTests
{
    [Fact]
    public void Every_module_runs_unless_something_else_is_said() =>
        Enabled(null).ShouldBe(["Order", "Inventory", "Payment", "Notification"]);

    [Theory]
    [InlineData("Payment", "Payment")]
    [InlineData("payment", "Payment")]
    [InlineData("NOTIFICATION,order", "Order,Notification")]
    [InlineData(" Order , Inventory ,", "Order,Inventory")]
    [InlineData("Order,Order", "Order")]
    public void The_modules_that_are_named_run(string setting, string modules) => Enabled(setting).ShouldBe(modules.Split(','));

    [Fact]
    public void An_unknown_name_is_answered_with_the_valid_ones()
    {
        var error = Should.Throw<ConfigurationException>(() => ModuleCatalog.Enabled("Order,Shipping,Billing"));

        error.Mistakes.ShouldBe(
            [
                "MODULES names unknown modules: Shipping, Billing; "
                    + "valid are Order, Inventory, Payment, Notification, for example MODULES=Order,Inventory",
            ]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" , ")]
    public void A_setting_without_a_name_is_a_mistake(string setting) =>
        Should.Throw<ConfigurationException>(() => ModuleCatalog.Enabled(setting)).Message.ShouldStartWith(
            "MODULES names no module; valid are Order,");

    private static IEnumerable<string> Enabled(string? setting) => ModuleCatalog.Enabled(setting).Select(module => module.Name);
}
