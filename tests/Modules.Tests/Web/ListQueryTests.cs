using System.Buffers.Text;
using System.Text;
using CsCheck;
using Fulfillment.Order;
using Fulfillment.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Modules.Tests.Web;

public sealed class ListQueryTests
{
    private static readonly long[] Newest = [50, 40, 30, 20, 10];

    [Fact]
    public void A_list_starts_with_fifty_of_the_newest()
    {
        var query = new ListQuery(Request(""));

        query.Limit.ShouldBe(50);
        query.After.ShouldBeNull();
        query.Before().ShouldBe(long.MaxValue);
        query.Invalid.ShouldBeNull();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(500)]
    public void A_page_has_1_to_500_entries(int limit)
    {
        var query = new ListQuery(Request($"?limit={limit}"));

        query.Errors.ShouldBeEmpty();
        query.Limit.ShouldBe(limit);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("501")]
    [InlineData("-1")]
    [InlineData("many")]
    [InlineData("")]
    [InlineData("1.0")]
    [InlineData("99999999999999999999")]
    public void Any_other_limit_is_refused(string limit) =>
        new ListQuery(Request($"?limit={limit}")).Errors.ShouldHaveSingleItem().ShouldBeMistake("limit", "must be a number from 1 to 500");

    [Theory]
    [InlineData("?limit=1&limit=2", "limit", "may be given once")]
    [InlineData("?status=A&status=B", "status", "may be given once")]
    [InlineData("?page=2", "page", "is not known here; known are limit, cursor, status, customerId")]
    [InlineData("?cursor=", "cursor", "is not a cursor of this list")]
    [InlineData("?cursor=!!!", "cursor", "is not a cursor of this list")]
    [InlineData("?cursor=AA", "cursor", "is not a cursor of this list")]
    [InlineData("?status=A%00", "status", "must not have control characters")]
    public void A_query_that_is_not_understood_is_refused(string query, string name, string mistake) =>
        new ListQuery(Request(query), "status", "customerId").Errors.ShouldHaveSingleItem().ShouldBeMistake(name, mistake);

    [Fact]
    public void A_cursor_of_any_length_is_refused() =>
        new ListQuery(Request($"?cursor={new string('A', 400)}")).Errors.ShouldHaveSingleItem()
            .ShouldBeMistake("cursor", "is not a cursor of this list");

    [Fact]
    public void Every_cursor_that_the_server_makes_is_accepted_by_it()
    {
        // Every character but those that no id has: control characters and halves of a pair.
        var character = Gen.Int[0x20, 0x10FFFF]
            .Where(value => value is not (>= 0x7F and <= 0x9F or >= 0xD800 and <= 0xDFFF)).Select(char.ConvertFromUtf32);

        character.Array[1, 64].Select(string.Concat).Sample(
            id =>
            {
                var request = Request("?limit=1");
                new ListQuery(request).Answer([id, "next"], row => row);
                var link = request.HttpContext.Response.Headers.Link.ToString();

                var next = new ListQuery(
                    Request(link[link.IndexOf('?', StringComparison.Ordinal)..link.IndexOf('>', StringComparison.Ordinal)]));

                return next.Errors.Count == 0 && next.After == id;
            },
            iter: 1_000);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("-1")]
    [InlineData("99999999999999999999")]
    public void A_cursor_of_another_list_is_refused(string position)
    {
        var query = new ListQuery(Request($"?cursor={Base64Url.EncodeToString(Encoding.UTF8.GetBytes(position))}"));
        query.Errors.ShouldBeEmpty();

        query.Before();

        query.Errors.ShouldHaveSingleItem().ShouldBeMistake("cursor", "is not a cursor of this list");
    }

    [Fact]
    public void The_last_page_has_no_link_to_a_next_one()
    {
        var request = Request("?limit=3");

        var answer = new ListQuery(request).Answer([3L, 2L, 1L], id => id);

        answer.ShouldBeOfType<Ok<IReadOnlyList<long>>>().Value.ShouldBe([3L, 2L, 1L]);
        request.HttpContext.Response.Headers.Link.Count.ShouldBe(0);
    }

    [Fact]
    public void Following_the_links_reads_every_row_once_with_the_same_filters()
    {
        var query = "?limit=2&status=FAILED&customerId=CUST%201%26";
        var read = new List<long>();
        for (var pages = 1; query is not null; pages++)
        {
            pages.ShouldBeLessThanOrEqualTo(3);
            var request = Request(query);
            request.Query["customerId"].ToString().ShouldBe("CUST 1&");
            request.Query["status"].ToString().ShouldBe("FAILED");
            var list = new ListQuery(request, "status", "customerId");
            var before = list.Before();
            list.Errors.ShouldBeEmpty();

            long[] rows = [.. Newest.Where(id => id < before).Take(list.Limit + 1)];
            read.AddRange(Rows(list.Answer(rows, id => id)));
            query = Next(request);
        }

        read.ShouldBe(Newest);
    }

    [Fact]
    public void A_list_that_is_sorted_by_text_continues_after_that_text()
    {
        var request = Request("?limit=1");
        new ListQuery(request).Answer(["PROD/ä 1", "PROD-2"], id => id).ShouldNotBeNull();

        new ListQuery(Request(Next(request)!)).After.ShouldBe("PROD/ä 1");
    }

    [Theory]
    [InlineData("PENDING", OrderStatus.Pending)]
    [InlineData("COMPLETED", OrderStatus.Completed)]
    [InlineData(null, null)]
    public void An_enum_is_filtered_by_the_name_that_answers_show(string? value, OrderStatus? status)
    {
        var query = new ListQuery(Request(value is null ? "" : $"?status={value}"), "status");

        query.Enum<OrderStatus>("status").ShouldBe(status);

        query.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("pending")]
    [InlineData("0")]
    [InlineData("")]
    [InlineData("LOST")]
    public void A_filter_that_is_no_such_name_is_refused_with_the_names_that_are(string value)
    {
        var query = new ListQuery(Request($"?status={value}"), "status");

        query.Enum<OrderStatus>("status").ShouldBeNull();

        query.Errors.ShouldHaveSingleItem().ShouldBeMistake("status", "must be one of PENDING, CONFIRMED, COMPLETED, FAILED, CANCELLED");
    }

    [Fact]
    public void A_number_is_filtered_by_its_value()
    {
        var query = new ListQuery(Request("?orderId=9223372036854775807"), "orderId");

        query.Number("orderId").ShouldBe(long.MaxValue);
        query.Number("customerId").ShouldBeNull();

        query.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1e3")]
    [InlineData("")]
    [InlineData("9223372036854775808")]
    public void A_filter_that_is_no_number_is_refused(string value)
    {
        var query = new ListQuery(Request($"?orderId={value}"), "orderId");

        query.Number("orderId").ShouldBeNull();

        query.Errors.ShouldHaveSingleItem().ShouldBeMistake("orderId", "must be a number");
    }

    private static HttpRequest Request(string query)
    {
        var http = new DefaultHttpContext();
        http.Request.Path = "/api/orders";
        http.Request.QueryString = new QueryString(query);
        return http.Request;
    }

    private static IReadOnlyList<long> Rows(IResult answer) =>
        ((IValueHttpResult)answer).Value.ShouldBeAssignableTo<IReadOnlyList<long>>()!;

    private static string? Next(HttpRequest request)
    {
        var link = request.HttpContext.Response.Headers.Link.ToString();
        if (link.Length == 0) return null;
        link.ShouldStartWith("</api/orders?");
        link.ShouldEndWith(">; rel=\"next\"");
        return link[link.IndexOf('?', StringComparison.Ordinal)..link.IndexOf('>', StringComparison.Ordinal)];
    }
}

file static class MistakeAssertions
{
    public static void ShouldBeMistake(this KeyValuePair<string, string[]> error, string field, string mistake)
    {
        error.Key.ShouldBe(field);
        error.Value.ShouldBe([mistake]);
    }
}
