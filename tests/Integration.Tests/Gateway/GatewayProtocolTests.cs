using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Integration.Tests.Fixture;

namespace Integration.Tests.Gateway;

/// <summary>How the gateway treats clients and services, whatever the services are: others stand in for them.</summary>
public sealed class GatewayProtocolTests : IAsyncLifetime
{
    private static readonly Uri Orders = new("/api/orders", UriKind.Relative);
    private readonly NameServer _names = new();
    private readonly List<FakeReplica> _replicas = [];
    private GatewayProcess? _gateway;

    private HttpClient Http => _gateway!.Http;

    public async ValueTask InitializeAsync() => _gateway = await GatewayProcess.StartAsync(_names);

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
        foreach (var replica in _replicas) await replica.DisposeAsync();
        await _names.DisposeAsync();
    }

    [Fact]
    public async Task Service_is_told_who_asks_and_both_get_the_number_of_the_request()
    {
        var replica = Serve((_, client) => FakeReplica.SayAsync(client, 200));
        using var request = new HttpRequestMessage(HttpMethod.Get, Orders);
        request.Headers.Add("X-Request-ID", "chosen by the client");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        using var response = await Http.SendAsync(request);

        var id = Answers.HeaderOf(response, "X-Request-ID").ShouldHaveSingleItem();
        id.ShouldMatch("^[0-9a-f]{32}$");
        var headers = replica.Requests.ShouldHaveSingleItem().Headers;
        headers["X-Request-ID"].ShouldBe(id);
        headers["traceparent"].ShouldBe("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        headers["Host"].ShouldBe($"{_gateway!.Address}:8080");
        headers["X-Forwarded-For"].ShouldStartWith("127.");
        headers["X-Forwarded-Proto"].ShouldBe("http");
        headers["Connection"].ShouldBe("close", "the side that closes first keeps the port of the connection for a minute");
        await Eventually.True("the log to have it", () => _gateway.Output.Contains($"\"requestId\":\"{id}\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/api/orders")]
    [InlineData("/health")]
    [InlineData("/metrics")]
    [InlineData("/api/payments")]
    public async Task Every_answer_tells_browsers_to_be_careful(string path)
    {
        Serve((_, client) => FakeReplica.SayAsync(client, 200));

        using var response = await Http.GetAsync(new Uri(path, UriKind.Relative));

        Answers.HeaderOf(response, "X-Content-Type-Options").ShouldBe(["nosniff"]);
        Answers.HeaderOf(response, "X-Frame-Options").ShouldBe(["DENY"]);
        Answers.HeaderOf(response, "Referrer-Policy").ShouldBe(["no-referrer"]);
        Answers.HeaderOf(response, "Server").ShouldBe(["nginx"], "without its version");
    }

    [Fact]
    public async Task Client_that_reads_slowly_slows_the_service_down_and_fills_no_file()
    {
        const int size = 64 * 1024 * 1024;
        var sent = 0;
        Serve(async (_, client) =>
        {
            await client.WriteAsync(
                Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: {size}\r\n\r\n"));
            for (var piece = new byte[64 * 1024]; sent < size; sent += piece.Length) await client.WriteAsync(piece);
        });
        using var response = await Http.GetAsync(Orders, HttpCompletionOption.ResponseHeadersRead);

        var before = -1;
        await Eventually.True("the service to be held up", async () =>
        {
            (var last, before) = (before, sent);
            await Task.Delay(500);
            return last == sent;
        });
        sent.ShouldBeLessThan(size / 2);
        _gateway!.BytesInFiles().ShouldBe(0);
        (await response.Content.ReadAsByteArrayAsync()).Length.ShouldBe(size);
    }

    [Theory]
    [InlineData("/api/orders/stream")]
    [InlineData("/api/orders/7/events")]
    public async Task Event_that_a_server_sends_arrives_before_the_next_one_is_sent(string path)
    {
        var arrived = new TaskCompletionSource();
        Serve(async (_, client) =>
        {
            await client.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n"u8.ToArray());
            await arrived.Task.WaitAsync(Eventually.Deadline);
            await client.WriteAsync("data: 2\n\n"u8.ToArray());
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));

        using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var events = new StreamReader(await response.Content.ReadAsStreamAsync());

        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        (await events.ReadLineAsync().WaitAsync(Eventually.Deadline)).ShouldBe("data: 1");
        arrived.SetResult();
        (await events.ReadToEndAsync().WaitAsync(Eventually.Deadline)).ShouldBe("\ndata: 2\n\n");
    }

    [Theory]
    [InlineData(503, "Retry-After: 7", "7")]
    [InlineData(503, null, "1")]
    [InlineData(429, null, "1")]
    [InlineData(409, null, null)]
    public async Task Client_is_told_once_when_to_come_again(int status, string? said, string? heard)
    {
        Serve((_, client) => FakeReplica.SayAsync(client, status, "{}", said is null ? [] : [said]));

        using var response = await Http.GetAsync(Orders);

        ((int)response.StatusCode).ShouldBe(status);
        Answers.HeaderOf(response, "Retry-After").ShouldBe(heard is null ? [] : [heard]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_any_replica_a_request_is_refused_with_the_time_to_come_again(bool nameIsKnown)
    {
        if (nameIsKnown) _names.Set("order-service", Loopback.Next(), Loopback.Next()); // addresses without a listener
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
        {
            using var request = new HttpRequestMessage(method, Orders) { Content = method == HttpMethod.Post ? Answers.Anything : null };
            using var response = await Http.SendAsync(request);

            var problem = await Answers.ProblemOf(response, HttpStatusCode.ServiceUnavailable);
            problem.GetProperty("code").GetString().ShouldBe("DEPENDENCY_UNAVAILABLE");
            Answers.HeaderOf(response, "Retry-After").ShouldBe(["1"]);
        }
    }

    [Fact]
    public async Task Request_that_may_have_been_done_is_repeated_only_if_that_does_no_harm()
    {
        var replicas = Enumerable.Range(0, 2).Select(_ => Serve((_, _) => Task.CompletedTask)).ToList(); // they take requests, and die
        List<Received> RequestsOf(string method) =>
            [.. replicas.SelectMany(replica => replica.Requests).Where(request => request.Method == method)];

        using var read = await Http.GetAsync(Orders);
        using var put = await Http.PutAsync(Orders, Answers.Anything);
        using var post = await Http.PostAsync(Orders, Answers.Anything);

        RequestsOf("GET").Count.ShouldBe(2, "each replica was asked");
        RequestsOf("PUT").Count.ShouldBe(2);
        RequestsOf("POST").Count.ShouldBe(1);
        read.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        put.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        // 503 would say that nothing was done.
        var problem = await Answers.ProblemOf(post, HttpStatusCode.GatewayTimeout);
        problem.GetProperty("code").GetString().ShouldBe("OUTCOME_UNKNOWN");
        Answers.HeaderOf(post, "Retry-After").ShouldBeEmpty();
    }

    [Fact]
    public async Task Read_that_a_replica_dies_on_is_answered_by_the_other()
    {
        Serve((_, _) => Task.CompletedTask);
        Serve((_, client) => FakeReplica.SayAsync(client, 200));

        for (var i = 0; i < 20; i++) (await StatusAsync(HttpMethod.Get)).ShouldBe(200);
    }

    [Fact]
    public async Task Replicas_share_the_requests()
    {
        var replicas = Enumerable.Range(0, 2).Select(_ => Serve((_, client) => FakeReplica.SayAsync(client, 200))).ToList();

        for (var i = 0; i < 100; i++) (await StatusAsync(HttpMethod.Get)).ShouldBe(200);

        foreach (var replica in replicas) replica.Requests.Count.ShouldBeGreaterThan(20);
    }

    [Fact]
    public async Task Who_writes_too_often_is_told_to_come_later_and_may_still_read()
    {
        await using var strict = await GatewayProcess.StartAsync(_names, "1r/s");
        Serve((_, client) => FakeReplica.SayAsync(client, 200));
        var answers = new ConcurrentBag<HttpResponseMessage>();
        await Parallel.ForAsync(
            0, 300, new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (_, ct) => answers.Add(await strict.Http.PostAsync(Orders, Answers.Anything, ct)));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBeInRange(200, 250);
        foreach (var answer in answers.Where(answer => answer.StatusCode != HttpStatusCode.OK))
        {
            var problem = await Answers.ProblemOf(answer, HttpStatusCode.TooManyRequests);
            problem.GetProperty("code").GetString().ShouldBe("TOO_MANY_REQUESTS");
            Answers.HeaderOf(answer, "Retry-After").ShouldBe(["1"]);
        }

        for (var i = 0; i < 300; i++) (await strict.Http.GetAsync(Orders)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private async Task<int> StatusAsync(HttpMethod method)
    {
        using var request = new HttpRequestMessage(method, Orders);
        using var response = await Http.SendAsync(request);
        return (int)response.StatusCode;
    }

    /// <summary>Adds a replica of order-service.</summary>
    private FakeReplica Serve(Func<Received, Stream, Task> answer)
    {
        _replicas.Add(new FakeReplica(8081, answer));
        _names.Set("order-service", [.. _replicas.Select(replica => replica.Address)]);
        return _replicas[^1];
    }
}
