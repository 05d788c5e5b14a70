using System.Text.Json;
using Fulfillment.Order;
using Fulfillment.Order.PlaceOrder;
using Fulfillment.Web;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Modules.Tests.Web;

public sealed class StrictJsonTests
{
    private const string Order =
        """{"customerId":"CUST-1","items":[{"productId":"PROD-1","productName":"Lamp","quantity":2,"price":29.99}]}""";

    private static readonly JsonSerializerOptions Json = new ServiceCollection().AddStrict().BuildServiceProvider()
        .GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;

    [Fact]
    public void A_request_is_read_as_it_was_meant()
    {
        var request = JsonSerializer.Deserialize<PlaceOrderRequest>(Order, Json)!;

        request.CustomerId.ShouldBe("CUST-1");
        request.Items.ShouldBe([new PlaceOrderLine("PROD-1", "Lamp", 2, 29.99m)]);
    }

    [Theory]
    [InlineData("\"quantity\":2", "\"quantity\":\"2\"")]
    [InlineData("\"quantity\":2", "\"quantity\":2.5")]
    [InlineData("\"quantity\":2", "\"quantity\":2,\"quantity\":3")]
    [InlineData("\"quantity\":2", "\"quantity\":2,\"discount\":1")]
    [InlineData("\"quantity\":2,", "")]
    [InlineData("\"Lamp\"", "null")]
    [InlineData("\"CUST-1\"", "null")]
    [InlineData("\"CUST-1\"", "\"\\ud800\"")]
    [InlineData("29.99", "29.99,")]
    public void A_request_that_is_not_what_was_agreed_is_refused(string part, string instead)
    {
        var json = Order.Replace(part, instead, StringComparison.Ordinal);
        json.ShouldNotBe(Order);

        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<PlaceOrderRequest>(json, Json));
    }

    [Fact]
    public void Answers_have_upper_case_names_plain_numbers_and_times_in_UTC()
    {
        var at = new DateTimeOffset(2026, 1, 15, 23, 43, 6, 789, TimeSpan.FromHours(1));

        JsonSerializer.Serialize(new OrderView(1, "C", 29.90m, OrderStatus.Pending, null, at, at, []), Json).ShouldBe(
            """
            {"orderId":1,"customerId":"C","totalAmount":29.90,"status":"PENDING","statusReason":null,
            """ + """
            "createdAt":"2026-01-15T22:43:06.789Z","updatedAt":"2026-01-15T22:43:06.789Z","items":[]}
            """);
    }
}

file static class Strict
{
    public static IServiceCollection AddStrict(this IServiceCollection services)
    {
        services.AddStrictJson();
        return services;
    }
}
