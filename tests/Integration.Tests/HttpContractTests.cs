using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Integration.Tests.Fixture;

namespace Integration.Tests;

[Collection<OneProcessCollection>]
public sealed partial class HttpContractTests(OneProcess shared) : SystemTest
{
    private const string Line = """{"productId":"P","productName":"N","quantity":1,"price":1}""";
    private readonly FulfillmentSystem _system = shared.System;

    /// <summary>Name of a case, body, and the field that the answer must name.</summary>
    public static TheoryData<string, string, string> BadOrders { get; } = new()
    {
        { "malformed", """{"customerId":"C","items":[""", "items" },
        { "not JSON at all", "hello", "body" },
        { "empty", "", "body" },
        { "null", "null", "body" },
        { "an array", "[]", "body" },
        { "a trailing comma", $$"""{"customerId":"C","items":[{{Line}}],}""", "body" },
        { "a comment", $$"""{"customerId":"C",/* */"items":[{{Line}}]}""", "body" },
        { "two documents", $$"""{"customerId":"C","items":[{{Line}}]}{}""", "body" },
        { "nested deeply", $$"""{"customerId":"C","items":{{new string('[', 1000)}}""", "items" },
        { "an unknown field", $$"""{"customerId":"C","items":[{{Line}}],"discount":5}""", "discount" },
        { "a field twice", $$"""{"customerId":"C","customerId":"D","items":[{{Line}}]}""", "customerId" },
        { "no customer", $$"""{"items":[{{Line}}]}""", "customerId" },
        { "null customer", $$"""{"customerId":null,"items":[{{Line}}]}""", "customerId" },
        { "a number as customer", $$"""{"customerId":1,"items":[{{Line}}]}""", "customerId" },
        { "an empty customer", $$"""{"customerId":"","items":[{{Line}}]}""", "customerId" },
        { "a blank customer", $$"""{"customerId":"  ","items":[{{Line}}]}""", "customerId" },
        { "a long customer", $$"""{"customerId":"{{new string('C', 65)}}","items":[{{Line}}]}""", "customerId" },
        { "a control character", $$"""{"customerId":"C\u0007","items":[{{Line}}]}""", "customerId" },
        { "a NUL", $$"""{"customerId":"C\u0000D","items":[{{Line}}]}""", "customerId" },
        { "half a surrogate pair", $$"""{"customerId":"\ud800","items":[{{Line}}]}""", "customerId" },
        { "no items", """{"customerId":"C"}""", "items" },
        { "null items", """{"customerId":"C","items":null}""", "items" },
        { "empty items", """{"customerId":"C","items":[]}""", "items" },
        { "a null item", """{"customerId":"C","items":[null]}""", "items[0]" },
        { "101 items", $$"""{"customerId":"C","items":[{{string.Join(',', Enumerable.Repeat(Line, 101))}}]}""", "items" },
        { "a quantity as text", Replaced("\"quantity\":1", "\"quantity\":\"3\""), "items[0].quantity" },
        { "a quantity of 1.5", Replaced("\"quantity\":1", "\"quantity\":1.5"), "items[0].quantity" },
        { "a quantity of NaN", Replaced("\"quantity\":1", "\"quantity\":NaN"), "items[0].quantity" },
        { "a quantity of 1e999", Replaced("\"quantity\":1", "\"quantity\":1e999"), "items[0].quantity" },
        { "a quantity of 2^31", Replaced("\"quantity\":1", "\"quantity\":2147483648"), "items[0].quantity" },
        { "a quantity of null", Replaced("\"quantity\":1", "\"quantity\":null"), "items[0].quantity" },
        { "a quantity of 0", Replaced("\"quantity\":1", "\"quantity\":0"), "items[0].quantity" },
        { "a quantity of -1", Replaced("\"quantity\":1", "\"quantity\":-1"), "items[0].quantity" },
        { "a quantity of 10,001", Replaced("\"quantity\":1", "\"quantity\":10001"), "items[0].quantity" },
        { "a price of -1", Replaced("\"price\":1", "\"price\":-1"), "items[0].price" },
        { "a price of 1,000,001", Replaced("\"price\":1", "\"price\":1000001"), "items[0].price" },
        { "a price of 1.999", Replaced("\"price\":1", "\"price\":1.999"), "items[0].price" },
        { "a price of 1e99", Replaced("\"price\":1", "\"price\":1e99"), "items[0].price" },
        { "a price as text", Replaced("\"price\":1", "\"price\":\"1\""), "items[0].price" },
        { "no price", Replaced(",\"price\":1", ""), "items[0]" },
        { "a NUL in a product", Replaced("\"P\"", "\"P\\u0000\""), "items[0].productId" },
        { "half a surrogate pair in a product", Replaced("\"P\"", "\"\\udfff\""), "items[0].productId" },
        { "half a surrogate pair in a name", Replaced("\"N\"", "\"\\ud800\""), "items[0].productName" },
        { "an empty product", Replaced("\"P\"", "\"\""), "items[0].productId" },
        { "a long name", Replaced("\"N\"", $"\"{new string('N', 201)}\""), "items[0].productName" },
    };

    [Theory]
    [MemberData(nameof(BadOrders))]
    public async Task Bad_order_is_refused_with_the_field_that_is_wrong_and_stores_nothing(string @case, string body, string field)
    {
        var before = await _system.Orders.CountAsync("orders");

        using var response = await SendAsync(HttpMethod.Post, "/api/orders", body);

        var problem = await ProblemOf(response, HttpStatusCode.BadRequest);
        problem.GetProperty("errors").EnumerateObject().Select(error => error.Name)
            .ShouldContain(name => name.StartsWith(field, StringComparison.Ordinal), $"{@case}: {problem}");
        (await _system.Orders.CountAsync("orders")).ShouldBe(before);
    }

    [Theory]
    [InlineData(10_001)]
    [InlineData(1_000_000)]
    public async Task Body_beyond_any_order_is_refused_with_413(int items)
    {
        var before = await _system.Orders.CountAsync("orders");
        using var content = new StringContent(
            $$"""{"customerId":"C","items":[{{string.Join(',', Enumerable.Repeat(Line, Math.Min(items, 20_000)))}}]}""", null,
            "application/json");
        content.Headers.ContentLength!.Value.ShouldBeGreaterThan(256 * 1024);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/orders") { Content = content };
        // Else the refusal may cut off the body that is still being sent, and with it the answer.
        request.Headers.ExpectContinue = true;
        using var response = await _system.Api("Order").SendAsync(request);

        await ProblemOf(response, HttpStatusCode.RequestEntityTooLarge);
        (await _system.Orders.CountAsync("orders")).ShouldBe(before);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task Body_of_another_type_is_refused_with_415(string? type)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes($$"""{"customerId":"C","items":[{{Line}}]}"""));
        content.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);
        using var response = await _system.Api("Order").PostAsync(new Uri("/api/orders", UriKind.Relative), content);
        await ProblemOf(response, HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData("GET", "/api/orders/999999999999", 404)]
    [InlineData("GET", "/api/orders/0", 404)]
    [InlineData("GET", "/api/orders/-1", 404)]
    [InlineData("GET", "/api/orders/abc", 404)]
    [InlineData("GET", "/api/orders/99999999999999999999", 404)]
    [InlineData("GET", "/api/nothing", 404)]
    [InlineData("DELETE", "/api/orders", 405)]
    [InlineData("POST", "/api/orders/1", 405)]
    [InlineData("GET", "/api/inventory/items/NO-SUCH-PRODUCT", 404)]
    [InlineData("GET", "/api/payments/999999999", 404)]
    [InlineData("GET", "/api/payments/999999999/transactions", 404)]
    [InlineData("GET", "/api/notifications/999999999", 404)]
    public async Task What_does_not_exist_is_refused_with_a_problem(string method, string path, int status)
    {
        using var response = await SendAsync(new HttpMethod(method), path);
        await ProblemOf(response, (HttpStatusCode)status);
    }

    [Theory]
    [InlineData("/api/orders?colour=red", "colour")]
    [InlineData("/api/orders?limit=0", "limit")]
    [InlineData("/api/orders?limit=501", "limit")]
    [InlineData("/api/orders?limit=x", "limit")]
    [InlineData("/api/orders?limit=-1", "limit")]
    [InlineData("/api/orders?limit=", "limit")]
    [InlineData("/api/orders?limit=1&limit=2", "limit")]
    [InlineData("/api/orders?cursor=%00", "cursor")]
    [InlineData("/api/orders?cursor=!!!", "cursor")]
    [InlineData("/api/orders?cursor=YWJj", "cursor")]
    [InlineData("/api/orders?status=NO_SUCH_STATUS", "status")]
    [InlineData("/api/orders?status=1", "status")]
    [InlineData("/api/orders?customerId=%00", "customerId")]
    [InlineData("/api/payments?orderId=x", "orderId")]
    [InlineData("/api/payments?status=PAID", "status")]
    [InlineData("/api/notifications?channel=PIGEON", "channel")]
    [InlineData("/api/inventory/reservations?status=HELD", "status")]
    [InlineData("/api/inventory/items?search=%00", "search")]
    public async Task Bad_query_is_refused_with_the_name_that_is_wrong(string path, string name)
    {
        using var response = await SendAsync(HttpMethod.Get, path);
        var problem = await ProblemOf(response, HttpStatusCode.BadRequest);
        problem.GetProperty("errors").TryGetProperty(name, out _).ShouldBeTrue(problem.ToString());
    }

    [Theory]
    [InlineData("'; drop table orders; --")]
    [InlineData("Ünïcödé 客户 😀")]
    [InlineData("\"quoted\" \\ back")]
    [InlineData("{0} {Customer} %s")]
    public async Task Customer_is_stored_exactly_as_it_was_given(string customer)
    {
        var id = await _system.PlaceAsync(customer, "NO-STOCK");

        (await _system.Orders.ScalarAsync<string>("SELECT customer_id FROM orders WHERE order_id = $1", id)).ShouldBe(customer);
        (await _system.EndOfAsync(id)).GetProperty("customerId").GetString().ShouldBe(customer);
        var list = await _system.GetAsync("Order", $"/api/orders?customerId={Uri.EscapeDataString(customer)}");
        list.EnumerateArray().ShouldAllBe(order => order.GetProperty("customerId").GetString() == customer);
        list.EnumerateArray().ShouldContain(order => order.GetProperty("orderId").GetInt64() == id);
    }

    [Fact]
    public async Task Placed_order_is_answered_with_its_address_and_contents()
    {
        using var response = await _system.Api("Order").PostAsJsonAsync("/api/orders", new
        {
            customerId = "CUST-APPROVE-1",
            items = new[]
            {
                new { productId = "NO-STOCK", productName = "First", quantity = 2, price = 0.1m },
                new { productId = "NO-STOCK", productName = "Second", quantity = 3, price = 0.2m },
            },
        });

        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        var order = await response.Content.ReadFromJsonAsync<JsonElement>();
        response.Headers.Location!.OriginalString.ShouldBe($"/api/orders/{order.GetProperty("orderId")}");
        order.GetProperty("totalAmount").GetDecimal().ShouldBe(0.8m);
        order.GetProperty("status").GetString().ShouldBe("PENDING");
        order.GetProperty("createdAt").GetString()!.ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$");
        order.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("productName").GetString())
            .ShouldBe(["First", "Second"]);
        order.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetInt64()).ShouldBeUnique();
    }

    [Fact]
    public async Task Following_the_links_shows_every_order_once_and_newest_first()
    {
        var placed = await Task.WhenAll(Enumerable.Range(0, 23).Select(_ => _system.PlaceAsync("CUST-PAGES", "NO-STOCK")));

        var seen = new List<long>();
        var next = "/api/orders?customerId=CUST-PAGES&limit=5";
        while (next is not null)
        {
            using var response = await SendAsync(HttpMethod.Get, next);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            var page = (await response.Content.ReadFromJsonAsync<JsonElement>()).EnumerateArray().ToList();
            page.Count.ShouldBeInRange(1, 5);
            seen.AddRange(page.Select(order => order.GetProperty("orderId").GetInt64()));
            next = response.Headers.TryGetValues("Link", out var links) ? NextLink().Match(links.Single()).Groups[1].Value : null;
        }

        seen.ShouldBe(placed.OrderDescending());
    }

    [Fact]
    public async Task Resource_that_has_not_changed_is_not_sent_again()
    {
        var id = await _system.PlaceAsync("CUST-1", "NO-STOCK");
        await _system.EndOfAsync(id);
        foreach (var path in new[] { $"/api/orders/{id}", "/api/inventory/items/PROD-001" })
        {
            using var first = await SendAsync(HttpMethod.Get, path);
            var tag = first.Headers.ETag.ShouldNotBeNull(path);

            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.IfNoneMatch.Add(tag);
            using var second = await _system.Api("Order").SendAsync(request);
            second.StatusCode.ShouldBe(HttpStatusCode.NotModified);
            (await second.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();

            using var other = new HttpRequestMessage(HttpMethod.Get, path);
            other.Headers.IfNoneMatch.Add(new EntityTagHeaderValue("\"other\""));
            using var third = await _system.Api("Order").SendAsync(other);
            third.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Setting_stock_creates_the_product_and_then_changes_it()
    {
        using var created = await SendAsync(
            HttpMethod.Put, "/api/inventory/items/PUT-1", """{"productName":"New","availableQuantity":5}""");
        created.StatusCode.ShouldBe(HttpStatusCode.Created);
        created.Headers.Location!.OriginalString.ShouldBe("/api/inventory/items/PUT-1");

        using var changed = await SendAsync(
            HttpMethod.Put, "/api/inventory/items/PUT-1", """{"productName":"Newer","availableQuantity":7}""");
        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        var item = await _system.GetAsync("Inventory", "/api/inventory/items/PUT-1");
        item.GetProperty("productName").GetString().ShouldBe("Newer");
        item.GetProperty("availableQuantity").GetInt32().ShouldBe(7);
    }

    [Theory]
    [InlineData("/api/inventory/items/PUT-2", """{"productName":"New","availableQuantity":-1}""", "availableQuantity")]
    [InlineData("/api/inventory/items/PUT-2", """{"productName":"New","availableQuantity":2147483648}""", "availableQuantity")]
    [InlineData("/api/inventory/items/PUT-2", """{"productName":"","availableQuantity":1}""", "productName")]
    [InlineData("/api/inventory/items/PUT-2", """{"productName":"\ud800","availableQuantity":1}""", "productName")]
    [InlineData("/api/inventory/items/PUT-2", """{"availableQuantity":1}""", "productName")]
    [InlineData("/api/inventory/items/PUT%07-2", """{"productName":"New","availableQuantity":1}""", "productId")]
    public async Task Bad_stock_is_refused_with_the_field_that_is_wrong(string path, string body, string field)
    {
        using var response = await SendAsync(HttpMethod.Put, path, body);
        var problem = await ProblemOf(response, HttpStatusCode.BadRequest);
        // A field that is missing has no place of its own: the answer says which one it is.
        problem.GetProperty("errors").ToString().ShouldContain(field, customMessage: problem.ToString());
        (await _system.Inventory.ScalarAsync<long>("SELECT count(*) FROM inventory_items WHERE product_id LIKE 'PUT%2'")).ShouldBe(0);
    }

    [Theory]
    [InlineData("""{"delta":3,"reason":"found"}""", 200, 13)]
    [InlineData("""{"delta":-10,"reason":"lost","expectedAvailable":10}""", 200, 0)]
    [InlineData("""{"delta":-11,"reason":"lost"}""", 409, 10)]
    [InlineData("""{"delta":1,"reason":"found","expectedAvailable":9}""", 409, 10)]
    [InlineData("""{"delta":0,"reason":"none"}""", 400, 10)]
    [InlineData("""{"delta":1,"reason":""}""", 400, 10)]
    [InlineData("""{"delta":-2147483648,"reason":"all"}""", 400, 10)]
    [InlineData("""{"delta":1000000000,"reason":"many"}""", 409, 10)]
    public async Task Adjustment_changes_the_stock_or_is_refused_and_changes_nothing(string body, int status, int available)
    {
        await _system.StockUpAsync("ADJUST", 10);
        using var response = await SendAsync(HttpMethod.Post, "/api/inventory/items/ADJUST/adjustments", body);
        if (status == 200) response.StatusCode.ShouldBe(HttpStatusCode.OK);
        else await ProblemOf(response, (HttpStatusCode)status);
        (await _system.StockAsync("ADJUST")).Available.ShouldBe(available);
    }

    [Fact]
    public async Task Adjustment_of_an_unknown_product_is_refused()
    {
        using var response = await SendAsync(
            HttpMethod.Post, "/api/inventory/items/NO-SUCH-PRODUCT/adjustments", """{"delta":1,"reason":"found"}""");
        await ProblemOf(response, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Concurrent_adjustments_never_take_more_than_there_is()
    {
        await _system.StockUpAsync("ADJUST-MANY", 10);
        var statuses = await Task.WhenAll(Enumerable.Range(0, 40).Select(async _ =>
        {
            using var response = await SendAsync(
                HttpMethod.Post, "/api/inventory/items/ADJUST-MANY/adjustments", """{"delta":-1,"reason":"lost"}""");
            return response.StatusCode;
        }));
        statuses.Count(status => status == HttpStatusCode.OK).ShouldBe(10);
        statuses.Count(status => status == HttpStatusCode.Conflict).ShouldBe(30);
        (await _system.StockAsync("ADJUST-MANY")).Available.ShouldBe(0);
    }

    private static string Replaced(string part, string other) =>
        $$"""{"customerId":"C","items":[{{Line.Replace(part, other, StringComparison.Ordinal)}}]}""";

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _system.Api("Order").SendAsync(request);
    }

    /// <summary>The problem that an answer must be, complete and without anything of the program's inside.</summary>
    private static async Task<JsonElement> ProblemOf(HttpResponseMessage response, HttpStatusCode status)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(status, text);
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json", text);
        foreach (var inside in new[] { "   at ", "Exception", "System.", "Npgsql", "SELECT", "PlaceOrderRequest" })
            text.ShouldNotContain(inside);
        var problem = JsonDocument.Parse(text).RootElement;
        problem.GetProperty("status").GetInt32().ShouldBe((int)status);
        foreach (var name in new[] { "type", "title", "detail", "instance", "code", "traceId" })
            problem.GetProperty(name).GetString().ShouldNotBeNullOrEmpty(string.Create(CultureInfo.InvariantCulture, $"{name} in {text}"));
        return problem;
    }

    [GeneratedRegex("^<([^>]+)>; rel=\"next\"$")]
    private static partial Regex NextLink();
}
