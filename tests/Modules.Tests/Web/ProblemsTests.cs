using System.Diagnostics;
using System.Text.Json;
using Fulfillment.Hosting.Logging;
using Fulfillment.Order.PlaceOrder;
using Fulfillment.Web;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Modules.Tests.Web;

public sealed class ProblemsTests
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true };

    [Fact]
    public async Task A_problem_names_its_code_its_place_and_its_trace()
    {
        using var trace = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();

        var (status, problem) = await AnswerAsync(http => Problems.NotFound("There is no order 7.").ExecuteAsync(http));

        status.ShouldBe(404);
        problem.Text("type").ShouldBe("/errors/NOT_FOUND");
        problem.Text("title").ShouldBe("Not Found");
        problem.Text("detail").ShouldBe("There is no order 7.");
        problem.Text("instance").ShouldBe("/api/orders/7");
        problem.Text("code").ShouldBe("NOT_FOUND");
        problem.Text("traceId").ShouldBe(trace.TraceId.ToString());
        problem.GetProperty("status").GetInt32().ShouldBe(404);
    }

    [Fact]
    public async Task Invalid_fields_are_named_with_their_mistakes()
    {
        var (status, problem) = await AnswerAsync(
            http => Problems.Invalid("items[0].quantity", "must be from 1 to 10000").ExecuteAsync(http));

        status.ShouldBe(400);
        problem.Text("code").ShouldBe("VALIDATION_FAILED");
        problem.GetProperty("errors").GetProperty("items[0].quantity")[0].GetString().ShouldBe("must be from 1 to 10000");
    }

    [Fact]
    public async Task A_conflict_has_a_code_of_its_own()
    {
        var (status, problem) = await AnswerAsync(http => Problems.Conflict("STOCK_CONFLICT", "Too few.").ExecuteAsync(http));

        (status, problem.Text("code"), problem.Text("type")).ShouldBe((409, "STOCK_CONFLICT", "/errors/STOCK_CONFLICT"));
    }

    [Fact]
    public async Task A_failure_tells_nothing_of_itself()
    {
        var (status, problem) = await AnswerAsync(new InvalidOperationException("SELECT secret FROM passwords"));

        (status, problem.Text("code")).ShouldBe((500, "INTERNAL_ERROR"));
        problem.GetRawText().ShouldNotContain("secret");
        problem.GetRawText().ShouldNotContain("InvalidOperation");
    }

    [Fact]
    public async Task An_unavailable_dependency_is_answered_with_503_and_a_short_Retry_After()
    {
        var http = Context();

        var (status, problem) = await AnswerAsync(new NpgsqlException("host db:5432", new TimeoutException()), http);

        (status, problem.Text("code")).ShouldBe((503, "DEPENDENCY_UNAVAILABLE"));
        http.Response.Headers.RetryAfter.ToString().ShouldBe("2");
        problem.GetRawText().ShouldNotContain("5432");
    }

    [Theory]
    [InlineData("$.items[0].quantity", "items[0].quantity")]
    [InlineData("$", "body")]
    [InlineData(null, "body")]
    public async Task Malformed_JSON_is_located(string? path, string field)
    {
        var (status, problem) = await AnswerAsync(new BadHttpRequestException(
            "Failed to read parameter", 400, new JsonException("internals", path, lineNumber: 2, bytePositionInLine: 3)));

        (status, problem.Text("code")).ShouldBe((400, "MALFORMED_JSON"));
        problem.Text("detail").ShouldContain($"'{field}', line 3");
        problem.GetProperty("errors").GetProperty(field).GetArrayLength().ShouldBe(1);
        problem.GetRawText().ShouldNotContain("internals");
    }

    [Theory]
    [InlineData("$", "customerId,items")]
    [InlineData("$.items[1]", "items[1].customerId,items[1].items")]
    public async Task Each_missing_field_is_named_by_its_path(string path, string fields)
    {
        var real = Should.Throw<JsonException>(() => JsonSerializer.Deserialize<PlaceOrderRequest>("{}", Strict));

        var (_, problem) = await AnswerAsync(new BadHttpRequestException("no", 400, new JsonException(real.Message, path, 0, 0)));

        problem.GetProperty("errors").EnumerateObject().Select(error => error.Name).ShouldBe(fields.Split(','));
    }

    [Theory]
    [InlineData(413, "PAYLOAD_TOO_LARGE")]
    [InlineData(415, "UNSUPPORTED_MEDIA_TYPE")]
    [InlineData(400, "BODY_EXPECTED")]
    [InlineData(408, "BAD_REQUEST")]
    public async Task A_request_that_cannot_be_read_keeps_its_status(int status, string code)
    {
        var (answered, problem) = await AnswerAsync(new BadHttpRequestException("no", status));

        (answered, problem.Text("code"), problem.GetProperty("status").GetInt32()).ShouldBe((status, code, status));
    }

    [Fact]
    public async Task A_client_that_hung_up_gets_no_answer()
    {
        using var hangUp = new CancellationTokenSource();
        var http = Context();
        http.RequestAborted = hangUp.Token;
        await hangUp.CancelAsync();

        (await HandleAsync(new OperationCanceledException(), http)).ShouldBeTrue();

        http.Response.StatusCode.ShouldBe(499);
        http.Response.Body.Length.ShouldBe(0);
    }

    [Fact]
    public async Task Work_that_was_cancelled_on_our_side_may_be_tried_again()
    {
        var (status, problem) = await AnswerAsync(new OperationCanceledException());

        (status, problem.Text("code")).ShouldBe((503, "DEPENDENCY_UNAVAILABLE"));
    }

    private static Task<(int Status, JsonElement Problem)> AnswerAsync(Exception exception, HttpContext? http = null) =>
        AnswerAsync(async context => (await HandleAsync(exception, context)).ShouldBeTrue(), http);

    private static async Task<(int Status, JsonElement Problem)> AnswerAsync(Func<HttpContext, Task> answer, HttpContext? context = null)
    {
        var http = context ?? Context();
        await answer(http);
        http.Response.ContentType.ShouldNotBeNull().ShouldStartWith("application/problem+json");
        http.Response.Body.Position = 0;
        using var json = await JsonDocument.ParseAsync(http.Response.Body, cancellationToken: TestContext.Current.CancellationToken);
        return (http.Response.StatusCode, json.RootElement.Clone());
    }

    private static async Task<bool> HandleAsync(Exception exception, HttpContext http) =>
        await http.RequestServices.GetRequiredService<IExceptionHandler>()
            .TryHandleAsync(http, exception, TestContext.Current.CancellationToken);

    private static DefaultHttpContext Context()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddProblems();
        services.AddStrictJson();
        var http = new DefaultHttpContext { RequestServices = services.BuildServiceProvider() };
        http.Request.Method = "GET";
        http.Request.Path = "/api/orders/7";
        http.Response.Body = new MemoryStream();
        return http;
    }
}

file static class ProblemReading
{
    public static string Text(this JsonElement problem, string name) => problem.GetProperty(name).GetString()!;
}
