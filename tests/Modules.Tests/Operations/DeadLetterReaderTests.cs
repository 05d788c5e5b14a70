using System.Text;
using System.Text.Json;
using Fulfillment.Core;
using Fulfillment.Host;
using Fulfillment.Messaging;
using Fulfillment.Operations.DeadLetters;
using RabbitMQ.Client;

namespace Modules.Tests.Operations;

public sealed class DeadLetterReaderTests
{
    private const string DeadLetterQueue = "inventory-dead-letter-queue";
    private static readonly Topology Topology = ModuleCatalog.Topology;
    private static readonly Subscription OrderCreated = Topology.Find("order-created-queue")!.Value.Subscription;
    private static readonly DateTimeOffset Now = new(2026, 1, 15, 22, 43, 6, TimeSpan.Zero);

    [Fact]
    public void A_message_that_was_given_up_tells_why_where_and_when()
    {
        var original = new BasicProperties { MessageId = "m-1", Type = "ORDER_CREATED", ContentType = "application/json" };

        var message = Read(
            FailureHeaders.Describe(original, OrderCreated, Thrown(), attempts: 3, Now),
            """{"eventId":"6f1c0a8e-0000-4000-8000-000000000001","orderId":7}""");

        (message.Queue, message.Exchange, message.RoutingKey, message.EventType)
            .ShouldBe(("order-created-queue", "order.events", "order.created", "ORDER_CREATED"));
        (message.MessageId, message.MessageType, message.ContentType).ShouldBe(("m-1", "ORDER_CREATED", "application/json"));
        (message.ExceptionType, message.ExceptionMessage, message.Attempts, message.FailedAt)
            .ShouldBe(("System.InvalidOperationException", "Out of luck", 3, Now));
        message.Stack.ShouldNotBeNull().ShouldContain(nameof(Thrown));
        (message.EventId, message.OrderId).ShouldBe((Guid.Parse("6f1c0a8e-0000-4000-8000-000000000001"), 7));
    }

    [Fact]
    public void The_reason_of_a_body_that_cannot_be_read_is_what_the_reader_said() =>
        Read(FailureHeaders.Describe(
            new BasicProperties(), OrderCreated, new InvalidMessageException("No JSON", new JsonException("No JSON")), 1, Now), "x")
            .ShouldSatisfyAllConditions(
                message => message.ExceptionType.ShouldBe("System.Text.Json.JsonException"),
                message => message.ExceptionMessage.ShouldBe("No JSON"));

    [Fact]
    public void A_copy_neither_expires_nor_claims_to_be_of_another_user_and_keeps_small_headers()
    {
        var original = new BasicProperties
        {
            Expiration = "1", UserId = "another-user",
            Headers = new Dictionary<string, object?>
            {
                ["small"] = "s"u8.ToArray(), ["large"] = new byte[2_000], ["table"] = new Dictionary<string, object?>(),
            },
        };

        var copy = FailureHeaders.Describe(original, OrderCreated, Thrown(), 1, Now);

        copy.Persistent.ShouldBeTrue();
        copy.IsExpirationPresent().ShouldBeFalse();
        copy.IsUserIdPresent().ShouldBeFalse();
        copy.Headers!.Keys.Where(name => !name.StartsWith("failure-", StringComparison.Ordinal)).ShouldBe(["small"]);
    }

    [Fact]
    public void A_long_text_is_not_cut_within_a_character()
    {
        var name = new string('x', 253) + "\U0001F600" + new string('x', 20);

        var headers = new Dictionary<string, object?> { [FailureHeaders.ExceptionType] = Encoding.UTF8.GetBytes(name) };
        var message = Read(new BasicProperties { Headers = headers }, "{}");

        message.ExceptionType.ShouldBe(new string('x', 253) + "…", "half a character cannot be stored");
    }

    [Fact]
    public void Long_texts_and_many_headers_are_cut_so_that_the_properties_fit_into_a_frame()
    {
        var headers = Enumerable.Range(0, 200).ToDictionary(n => $"h{n}", object? (_) => new byte[900]);

        var copy = FailureHeaders.Describe(
            new BasicProperties { Headers = headers }, OrderCreated, new InvalidOperationException(new string('x', 100_000)), 1, Now);

        copy.Headers!.Sum(header => header.Key.Length + Size(header.Value)).ShouldBeLessThan(60_000);

        static int Size(object? value) => value switch
        {
            byte[] bytes => bytes.Length,
            string text => Encoding.UTF8.GetByteCount(text),
            _ => 8,
        };
    }

    [Fact]
    public void What_the_broker_moved_is_told_from_its_note_and_its_body()
    {
        var message = Read(Death("order-created-queue", "order.events", "order.created", "rejected"), "{bad");

        (message.Queue, message.Exchange, message.RoutingKey, message.EventType)
            .ShouldBe(("order-created-queue", "order.events", "order.created", "ORDER_CREATED"));
        message.ExceptionType.ShouldBe("System.Text.Json.JsonException");
        message.FailedAt.ShouldBe(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));
        message.Stack.ShouldBeNull();
    }

    [Fact]
    public void What_the_broker_moved_although_it_can_be_read_has_its_reason()
    {
        var message = Read(Death("elsewhere", "", "elsewhere", "expired"), "{}");

        (message.Queue, message.ExceptionType, message.EventType).ShouldBe(("elsewhere", "broker:expired", "UNKNOWN"));
        message.ExceptionMessage.ShouldContain("4 time(s)");
    }

    [Fact]
    public void The_note_of_the_broker_counts_for_more_than_headers_that_any_publisher_may_write()
    {
        var forged = Death("order-created-queue", "order.events", "order.created", "rejected");
        forged.Headers![FailureHeaders.Queue] = "payment-failed-queue"u8.ToArray();
        forged.Headers[FailureHeaders.ExceptionType] = "Forged"u8.ToArray();

        var message = Read(forged, "{bad");

        message.Queue.ShouldBe("order-created-queue");
        message.ExceptionType.ShouldNotBe("Forged");
    }

    [Fact]
    public void A_message_without_any_header_is_recorded_under_the_queue_where_it_lies()
    {
        var message = Read(new BasicProperties(), "hello");

        (message.Queue, message.ExceptionType, message.EventType, message.FailedAt).ShouldBe((DeadLetterQueue, "UNKNOWN", "UNKNOWN", Now));
    }

    [Theory]
    [InlineData("""{"orderId":5,"eventId":{}""", 5)]
    [InlineData("""{"nested":{"orderId":5},"orderId":6}""", 6)]
    [InlineData("""{"orderId":"5"}""", null)]
    [InlineData("""{"orderId":1e999}""", null)]
    [InlineData("""[{"orderId":5}]""", null)]
    [InlineData("""{"\ud800":1,"orderId":5}""", 5)]
    [InlineData("""{"eventId":"\ud800aaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaaaaaaaaaa","orderId":5}""", null)]
    [InlineData("", null)]
    public void The_order_is_read_as_far_as_the_body_goes(string body, int? order) =>
        Read(new BasicProperties(), body).OrderId.ShouldBe(order);

    [Fact]
    public void What_PostgreSQL_cannot_keep_is_replaced()
    {
        var headers = new Dictionary<string, object?> { ["e\0f"] = "g\0h"u8.ToArray(), ["i"] = new byte[] { 0xFF } };
        var message = Read(new BasicProperties { MessageId = "a\0b", Type = "c\0d", Headers = headers }, "\0");

        (message.MessageId + message.MessageType + message.EventType + message.Headers).ShouldNotContain('\0');
        message.Headers.ShouldNotContain("\\u0000");
        message.Headers.ShouldContain("base64:/w==");
    }

    [Fact]
    public void A_large_body_is_cut_and_its_length_is_kept()
    {
        var body = new byte[DeadLetter.MaxBody + 1];

        var message = DeadLetterReader.Read(DeadLetterQueue, "", "", new BasicProperties(), body, Topology, Now);

        (message.Body.Length, message.BodyBytes).ShouldBe((DeadLetter.MaxBody, DeadLetter.MaxBody + 1));
    }

    [Fact]
    public void The_same_message_is_the_same_dead_letter_however_often_it_fails()
    {
        var key = DeadLetterReader.KeyOf("q", "id", "body"u8);

        DeadLetterReader.KeyOf("q", "id", "body"u8).ShouldBe(key);
        DeadLetterReader.KeyOf("q2", "id", "body"u8).ShouldNotBe(key);
        DeadLetterReader.KeyOf("q", "id2", "body"u8).ShouldNotBe(key);
        DeadLetterReader.KeyOf("q", "id", "body2"u8).ShouldNotBe(key);
        DeadLetterReader.KeyOf("q", null, "idbody"u8).ShouldNotBe(key);
        DeadLetterReader.KeyOf("qi", "d", "body"u8).ShouldNotBe(key);
    }

    [Theory]
    [InlineData("{\"a\":1}", "json")]
    [InlineData("hello", "text")]
    [InlineData("", "text")]
    [InlineData("{\"a\":\"\\ud800\"}", "text")]
    public void A_body_is_shown_as_what_it_is(string body, string encoding) =>
        BodyView.Of(Encoding.UTF8.GetBytes(body), false).Encoding.ShouldBe(encoding);

    [Fact]
    public void A_body_that_is_no_text_is_shown_in_base64() =>
        BodyView.Of([0xFF, 0xFE], false).ShouldBe(new BodyView("base64", "//4=", false));

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("Out of luck");
        }
        catch (InvalidOperationException e)
        {
            return e;
        }
    }

    /// <summary>A message as it looks after it went over the wire, where texts are bytes.</summary>
    private static DeadLetter Read(BasicProperties properties, string body)
    {
        if (properties.Headers is { } headers)
            properties.Headers = headers.ToDictionary(
                header => header.Key, header => header.Value is string text ? Encoding.UTF8.GetBytes(text) : header.Value);
        return DeadLetterReader.Read(DeadLetterQueue, "", DeadLetterQueue, properties, Encoding.UTF8.GetBytes(body), Topology, Now);
    }

    private static BasicProperties Death(string queue, string exchange, string key, string reason) => new()
    {
        Headers = new Dictionary<string, object?>
        {
            ["x-death"] = new List<object?>
            {
                new Dictionary<string, object?>
                {
                    ["queue"] = Encoding.UTF8.GetBytes(queue), ["exchange"] = Encoding.UTF8.GetBytes(exchange),
                    ["reason"] = Encoding.UTF8.GetBytes(reason), ["count"] = 4L,
                    ["routing-keys"] = new List<object?> { Encoding.UTF8.GetBytes(key) }, ["time"] = new AmqpTimestamp(1_700_000_000),
                },
            },
        },
    };
}
