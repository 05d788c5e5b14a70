using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Integration.Tests.Fixture;

namespace Integration.Tests.Gateway;

/// <summary>What a client of the whole system reaches through the gateway.</summary>
public sealed class RouteTests(BehindGateway shared) : SystemTest, IClassFixture<BehindGateway>
{
    private readonly GatewayProcess _gateway = shared.Gateway;

    [Theory]
    [InlineData(8080)]
    [InlineData(8081)]
    [InlineData(8082)]
    [InlineData(8083)]
    [InlineData(8084)]
    public async Task Every_prefix_reaches_its_module_at_every_port(int port)
    {
        using var client = _gateway.Client(port);
        // Each process knows the routes of its own module only.
        string[] paths = ["/api/orders", "/api/inventory/items", "/api/payments", "/api/notifications", "/api/inventory/imports"];
        foreach (var path in paths)
        {
            using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
            response.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            (await response.Content.ReadFromJsonAsync<JsonElement>()).ValueKind.ShouldBe(JsonValueKind.Array, path);
        }
    }

    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/errors/ORDER_ENDED", "text/html")]
    [InlineData("/errors/STOCK_CONFLICT", "text/html")]
    [InlineData("/scalar/", "text/html")]
    [InlineData("/openapi/order.json", "application/json")]
    [InlineData("/openapi/inventory.json", "application/json")]
    [InlineData("/openapi/payment.json", "application/json")]
    [InlineData("/openapi/notification.json", "application/json")]
    public async Task Pages_and_descriptions_are_found_whichever_process_has_them(string path, string type)
    {
        using var response = await _gateway.Http.GetAsync(new Uri(path, UriKind.Relative));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe(type);
    }

    [Fact]
    public async Task Order_that_is_placed_through_the_gateway_is_completed()
    {
        using var placed = await _gateway.Http.PostAsJsonAsync("/api/orders", FulfillmentSystem.OrderOf("CUST-APPROVE-1", "PROD-002"));

        placed.StatusCode.ShouldBe(HttpStatusCode.Created, await placed.Content.ReadAsStringAsync());
        var address = placed.Headers.Location!;
        address.IsAbsoluteUri.ShouldBeFalse("the address leads through whatever the client came through");
        await Eventually.Get("the order to be completed", () => _gateway.Http.GetFromJsonAsync<JsonElement>(address),
            order => order.GetProperty("status").GetString() == "COMPLETED");
    }

    [Theory]
    [InlineData("GATEWAY/A B")]
    [InlineData("GATEWAY/..A/100%25?#;+")]
    public async Task Escaped_key_reaches_the_module_as_it_was_sent(string product)
    {
        var address = $"/api/inventory/items/{Uri.EscapeDataString(product)}";

        using var created = await _gateway.Http.PutAsJsonAsync(address, new { productName = "N", availableQuantity = 5 });

        created.StatusCode.ShouldBe(HttpStatusCode.Created, await created.Content.ReadAsStringAsync());
        (await created.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("productId").GetString().ShouldBe(product);
        (await shared.System.Inventory.ScalarAsync<long>(
            "SELECT count(*) FROM inventory_items WHERE product_id = $1", product)).ShouldBe(1);
        using var found = await _gateway.Http.GetAsync(new Uri(address, UriKind.Relative));
        found.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Gateway_says_that_it_is_up() =>
        (await _gateway.Http.GetStringAsync(new Uri("/health", UriKind.Relative))).ShouldBe("API Gateway is UP\n");

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/METRICS")]
    [InlineData("/health//ready")]
    [InlineData("/%6Detrics")]
    [InlineData("/health/ready")]
    [InlineData("/health/live")]
    [InlineData("/Health/Startup")]
    public async Task What_is_for_the_inside_is_not_found(string path)
    {
        using var response = await _gateway.Http.GetAsync(new Uri(path, UriKind.Relative));

        var problem = await Answers.ProblemOf(response, HttpStatusCode.NotFound);
        problem.GetProperty("code").GetString().ShouldBe("NOT_FOUND");
    }

    [Fact]
    public async Task Error_of_a_service_arrives_as_the_service_has_written_it()
    {
        using var response = await _gateway.Http.GetAsync(new Uri("/api/orders/987654321", UriKind.Relative));

        var problem = await Answers.ProblemOf(response, HttpStatusCode.NotFound);
        problem.GetProperty("instance").GetString().ShouldBe("/api/orders/987654321");
    }

    [Fact]
    public async Task Json_is_compressed_for_a_client_that_accepts_gzip()
    {
        for (var i = 0; i < 20; i++) await shared.System.PlaceAsync("CUST-PACKED", "NO-STOCK");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/orders?customerId=CUST-PACKED");
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));

        using var response = await _gateway.Http.SendAsync(request);

        response.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        response.Headers.Vary.ShouldContain("Accept-Encoding");
        await using var unpacked = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        (await JsonSerializer.DeserializeAsync<JsonElement>(unpacked)).GetArrayLength().ShouldBe(20);
    }
}
