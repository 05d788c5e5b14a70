using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Integration.Tests.Fixture;

namespace Integration.Tests;

/// <summary>Two processes that accept orders and adjust stock, and clients that send the same request again.</summary>
public sealed class IdempotencyTests(TwoEdges shared) : SystemTest, IClassFixture<TwoEdges>
{
    private const string Orders = "/api/orders";
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Request_that_is_sent_again_gets_the_first_answer_byte_for_byte_and_makes_one_order()
    {
        var key = NewKey();
        var first = await PostAsync(Orders, Order("CUST-AGAIN"), key);
        var again = await PostAsync(Orders, Order("CUST-AGAIN"), key, edge: 1);

        first.Status.ShouldBe(HttpStatusCode.Created);
        first.Replayed.ShouldBeNull();
        again.ShouldBe(first with { Replayed = "true" });
        (await CountAsync("CUST-AGAIN")).ShouldBe(1);
    }

    [Fact]
    public async Task First_answer_to_a_key_is_the_one_that_a_request_without_a_key_gets()
    {
        var plain = await PostAsync(Orders, Order("CUST-PLAIN"), key: null);
        var keyed = await PostAsync(Orders, Order("CUST-PLAIN"), NewKey());

        keyed.Type.ShouldBe(plain.Type);
        Names(keyed).ShouldBe(Names(plain));
        (await CountAsync("CUST-PLAIN")).ShouldBe(2);
    }

    [Fact]
    public async Task Fifty_concurrent_requests_with_one_key_at_two_processes_make_one_order()
    {
        var key = NewKey();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => PostAsync(Orders, Order("CUST-FIFTY"), key, edge: n % 2)));

        (await CountAsync("CUST-FIFTY")).ShouldBe(1);
        answers.ShouldAllBe(answer => answer.Status == HttpStatusCode.Created || answer.Status == HttpStatusCode.Conflict);
        answers.Count(answer => answer.Status == HttpStatusCode.Created && answer.Replayed is null).ShouldBe(1);
        answers.Where(answer => answer.Status == HttpStatusCode.Created).Select(answer => answer with { Replayed = null }).Distinct()
            .ShouldHaveSingleItem();
        answers.Where(answer => answer.Status == HttpStatusCode.Conflict)
            .ShouldAllBe(answer => answer.Code == "IDEMPOTENCY_KEY_IN_FLIGHT" && answer.RetryAfter == "1");
    }

    [Fact]
    public async Task Key_that_a_transaction_elsewhere_works_on_is_refused_until_that_ends()
    {
        var key = NewKey();
        await using var other = new Npgsql.NpgsqlConnection(_system.Orders.ConnectionString);
        await other.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using (var hold = new Npgsql.NpgsqlCommand("LOCK TABLE order_items IN ACCESS EXCLUSIVE MODE", other))
            await hold.ExecuteNonQueryAsync();
        var first = PostAsync(Orders, Order("CUST-FLIGHT"), key);
        await Eventually.True("the first request to wait for the lock", async () =>
            await _system.Orders.ScalarAsync<long>(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'order_items'::regclass") == 1);

        var second = await PostAsync(Orders, Order("CUST-FLIGHT"), key, edge: 1);
        await transaction.CommitAsync();

        (second.Status, second.Code, second.RetryAfter).ShouldBe((HttpStatusCode.Conflict, "IDEMPOTENCY_KEY_IN_FLIGHT", "1"));
        (await first).Status.ShouldBe(HttpStatusCode.Created);
        (await PostAsync(Orders, Order("CUST-FLIGHT"), key, edge: 1)).Replayed.ShouldBe("true");
    }

    [Fact]
    public async Task Key_of_another_body_is_refused()
    {
        var key = NewKey();
        await PostAsync(Orders, Order("CUST-FIRST"), key);

        var other = await PostAsync(Orders, Order("CUST-SECOND"), key);

        (other.Status, other.Code).ShouldBe((HttpStatusCode.UnprocessableEntity, "IDEMPOTENCY_KEY_REUSED"));
        (await CountAsync("CUST-SECOND")).ShouldBe(0);
    }

    [Fact]
    public async Task Concurrent_requests_with_one_key_and_other_bodies_make_the_order_of_one_of_them()
    {
        var key = NewKey();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => PostAsync(Orders, Order($"CUST-MIX-{n}"), key)));

        answers.Count(answer => answer.Status == HttpStatusCode.Created).ShouldBe(1);
        answers.ShouldAllBe(
            answer => answer.Status == HttpStatusCode.Created
                || answer.Code == "IDEMPOTENCY_KEY_REUSED" || answer.Code == "IDEMPOTENCY_KEY_IN_FLIGHT");
        (await _system.Orders.ScalarAsync<long>("SELECT count(*) FROM orders WHERE customer_id LIKE 'CUST-MIX-%'")).ShouldBe(1);
    }

    [Fact]
    public async Task Body_that_is_only_written_differently_is_the_same_request()
    {
        var key = NewKey();
        var first = await PostAsync(Orders, Order("CUST-SPACES"), key);

        var again = await PostAsync(Orders, Order("CUST-SPACES").Replace(":", " : ", StringComparison.Ordinal), key);

        again.ShouldBe(first with { Replayed = "true" });
    }

    [Fact]
    public async Task Key_of_a_refused_request_can_be_used_again()
    {
        var key = NewKey();
        (await PostAsync(Orders, """{"customerId":"","items":[]}""", key)).Status.ShouldBe(HttpStatusCode.BadRequest);

        (await PostAsync(Orders, Order("CUST-BETTER"), key)).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("empty", "")]
    [InlineData("too long", "256")]
    [InlineData("not ASCII", "schlüssel")]
    public async Task What_is_no_key_is_refused_with_the_name_of_the_header(string @case, string value)
    {
        if (value == "256") value = new string('k', 256);
        using var request = new HttpRequestMessage(HttpMethod.Post, Orders) { Content = Json(Order("CUST-NO-KEY")) };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", value).ShouldBeTrue();

        using var client = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 })
        {
            BaseAddress = shared.Edges[0].Http.BaseAddress,
        };
        using var response = await client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest, @case);
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").TryGetProperty("Idempotency-Key", out _)
            .ShouldBeTrue(@case);
        (await CountAsync("CUST-NO-KEY")).ShouldBe(0);
    }

    [Fact]
    public async Task Longest_key_with_every_printable_character_is_taken()
    {
        var key = (string.Concat(Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code)) + new string('k', 255))[..255];

        (await PostAsync(Orders, Order("CUST-LONG"), key)).Status.ShouldBe(HttpStatusCode.Created);
        (await PostAsync(Orders, Order("CUST-LONG"), key)).Replayed.ShouldBe("true");
    }

    [Fact]
    public async Task Adjustment_that_is_sent_many_times_is_applied_once()
    {
        await _system.StockUpAsync("ONCE", 10);
        var (path, key) = ("/api/inventory/items/ONCE/adjustments", NewKey());
        const string body = """{"delta":-3,"reason":"broken"}""";

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => PostAsync(path, body, key, edge: n % 2)));

        (await _system.StockAsync("ONCE")).ShouldBe((7, 0, 0));
        answers.ShouldAllBe(answer => answer.Status == HttpStatusCode.OK || answer.Code == "IDEMPOTENCY_KEY_IN_FLIGHT");
        answers.Count(answer => answer.Status == HttpStatusCode.OK && answer.Replayed is null).ShouldBe(1);
        var last = await PostAsync(path, body, key);
        last.ShouldBe(answers.Single(answer => answer.Status == HttpStatusCode.OK && answer.Replayed is null) with { Replayed = "true" });
        (await PostAsync(path, """{"delta":-4,"reason":"broken"}""", key)).Code.ShouldBe("IDEMPOTENCY_KEY_REUSED");
        (await _system.Inventory.ScalarAsync<long>("SELECT count(*) FROM stock_adjustments WHERE product_id = 'ONCE'")).ShouldBe(1);
    }

    [Fact]
    public async Task Key_of_an_adjustment_that_was_refused_can_be_used_again_and_one_product_does_not_hinder_another()
    {
        await _system.StockUpAsync("FEW", 1);
        await _system.StockUpAsync("MANY", 10);
        var key = NewKey();
        const string body = """{"delta":-2,"reason":"broken"}""";
        (await PostAsync("/api/inventory/items/FEW/adjustments", body, key)).Code.ShouldBe("STOCK_CONFLICT");
        await _system.StockUpAsync("FEW", 5);

        (await PostAsync("/api/inventory/items/FEW/adjustments", body, key)).Status.ShouldBe(HttpStatusCode.OK);
        (await PostAsync("/api/inventory/items/MANY/adjustments", body, key)).Replayed.ShouldBeNull();

        (await _system.StockAsync("FEW")).ShouldBe((3, 0, 0));
        (await _system.StockAsync("MANY")).ShouldBe((8, 0, 0));
    }

    [Fact]
    public async Task Order_that_was_stored_before_the_process_died_is_the_answer_to_the_next_attempt()
    {
        Assert.SkipUnless(Repository.HasFailpoints, "Failpoints are compiled into Debug builds only");
        var key = NewKey();
        await using (var dying = await _system.StartAsync("Order", ("FAILPOINT", "order-edge-after-commit:1")))
        {
            await Should.ThrowAsync<HttpRequestException>(() => PostAsync(dying.Http, Orders, Order("CUST-CRASH"), key));
            (await dying.WaitForExitAsync()).ShouldBe(137);
        }

        var answer = await PostAsync(Orders, Order("CUST-CRASH"), key);

        (answer.Status, answer.Replayed).ShouldBe((HttpStatusCode.Created, "true"));
        var stored = (await _system.Orders.ListAsync<long>("SELECT order_id FROM orders WHERE customer_id = 'CUST-CRASH'"))
            .ShouldHaveSingleItem();
        JsonDocument.Parse(answer.Body).RootElement.GetProperty("orderId").GetInt64().ShouldBe(stored);
    }

    [Fact]
    public async Task Keys_of_yesterday_are_removed_and_those_of_today_stay()
    {
        const string insert = """
            INSERT INTO idempotency_keys (scope, key, request_id, request_hash, status, body, created_at)
            SELECT 'test', $1 || n, gen_random_uuid(), '', 200, '', now() - $2::interval FROM generate_series(1, $3) AS n
            """;
        await _system.Orders.ExecuteAsync(insert, "old", TimeSpan.FromHours(24.1), 15_000);
        await _system.Orders.ExecuteAsync(insert, "young", TimeSpan.FromHours(23.9), 10);

        await using var sweeping = await _system.StartAsync("Order");

        await Eventually.Get(
            "the old keys to go", () => _system.Orders.ScalarAsync<long>("SELECT count(*) FROM idempotency_keys WHERE key LIKE 'old%'"),
            count => count == 0);
        (await _system.Orders.ScalarAsync<long>("SELECT count(*) FROM idempotency_keys WHERE key LIKE 'young%'")).ShouldBe(10);
    }

    private static string NewKey() => Guid.NewGuid().ToString();

    private static string Order(string customer) =>
        JsonSerializer.Serialize(FulfillmentSystem.OrderOf(customer, "NO-STOCK"));

    private static string[] Names(Reply reply) =>
        [.. JsonDocument.Parse(reply.Body).RootElement.EnumerateObject().Select(property => property.Name)];

    private static StringContent Json(string body) => new(body, null, "application/json");

    private Task<long> CountAsync(string customer) =>
        _system.Orders.ScalarAsync<long>("SELECT count(*) FROM orders WHERE customer_id = $1", customer);

    private Task<Reply> PostAsync(string path, string body, string? key, int edge = 0) =>
        PostAsync(shared.Edges[edge].Http, path, body, key);

    private static async Task<Reply> PostAsync(HttpClient client, string path, string body, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Json(body) };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        using var response = await client.SendAsync(request);
        return new Reply(
            response.StatusCode, await response.Content.ReadAsStringAsync(), response.Content.Headers.ContentType?.ToString(),
            response.Headers.Location?.OriginalString, Header(response, "Idempotent-Replayed"), Header(response, "Retry-After"));
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    /// <summary>All of an answer that a client can rely on.</summary>
    private sealed record Reply(HttpStatusCode Status, string Body, string? Type, string? Location, string? Replayed, string? RetryAfter)
    {
        public string? Code => JsonDocument.Parse(Body).RootElement.TryGetProperty("code", out var code) ? code.GetString() : null;
    }
}

/// <summary>Two processes of Order and Inventory on the same databases.</summary>
public sealed class TwoEdges(Servers servers) : SharedSystem(servers)
{
    internal IReadOnlyList<HostProcess> Edges { get; private set; } = [];

    internal override async Task StartAsync(FulfillmentSystem system) =>
        Edges = await Task.WhenAll(system.StartAsync("Order,Inventory"), system.StartAsync("Order,Inventory"));
}
