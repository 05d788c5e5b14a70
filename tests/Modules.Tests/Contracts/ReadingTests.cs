using System.Text.Json;
using System.Text.Json.Nodes;
using Fulfillment.Contracts;

namespace Modules.Tests.Contracts;

public sealed class ReadingTests
{
    private const string Minimal = """
        {"eventId":"7f4fbd3e-7d0c-4b8e-a2a8-3f0c9d5c1b11","eventType":"ORDER_CREATED","timestamp":"2026-01-15T22:43:06",
        """ + """
        "sourceService":"order-service","orderId":1,"customerId":"CUST-001",
        """ + """
        "items":[{"productId":"PROD-001","productName":"Lamp","quantity":2,"price":29.99}],"totalAmount":59.98}
        """;

    private static readonly Dictionary<string, (Type Type, string Json)> Plain = new()
    {
        ["ORDER_CREATED"] = (typeof(OrderCreatedEvent), Minimal),
        ["INVENTORY_RESERVED"] = (typeof(InventoryReservedEvent), Minimal.Replace(
            "ORDER_CREATED", "INVENTORY_RESERVED", StringComparison.Ordinal)),
        ["INVENTORY_FAILED"] = (typeof(InventoryFailedEvent), Event(
            "INVENTORY_FAILED", """ "reason":"Out of stock","failedProductId":"PROD-001" """)),
        ["PAYMENT_COMPLETED"] = (typeof(PaymentCompletedEvent), Event(
            "PAYMENT_COMPLETED", """ "paymentId":42,"transactionId":"TXN-0123ABCD","amount":59.98,"paymentMethod":"CREDIT_CARD" """)),
        ["PAYMENT_FAILED"] = (typeof(PaymentFailedEvent), Event("PAYMENT_FAILED", """ "amount":59.98,"reason":"No","errorCode":"NO" """)),
        ["ORDER_CANCELLED"] = (typeof(OrderCancelledEvent), Event(
            "ORDER_CANCELLED", """ "reason":"No","reasonCode":"CUSTOMER_REQUESTED" """)),
        ["INVENTORY_COMMITTED"] = (typeof(InventoryCommittedEvent), Event("INVENTORY_COMMITTED", """ "more":1 """)),
        ["INVENTORY_RELEASED"] = (typeof(InventoryReleasedEvent), Event(
            "INVENTORY_RELEASED", """ "items":[{"productId":"PROD-001","quantity":2}],"reasonCode":"PAYMENT_DECLINED" """)),
        ["RESERVATION_EXPIRED"] = (typeof(ReservationExpiredEvent), Event(
            "RESERVATION_EXPIRED", """ "items":[{"productId":"PROD-001","quantity":2}],"reasonCode":"RESERVATION_EXPIRED" """)),
        ["PAYMENT_REFUNDED"] = (typeof(PaymentRefundedEvent), Event(
            "PAYMENT_REFUNDED", """ "paymentId":42,"refundId":7,"amount":59.98,"reasonCode":"MANUAL" """)),
        ["PRODUCT_IMPORT"] = (typeof(ImportChunkDueEvent), Event("PRODUCT_IMPORT", """ "importId":7,"chunk":3 """)),
    };

    private static readonly Dictionary<string, string> Wrong = new()
    {
        ["no eventId"] = Without("eventId"),
        ["no timestamp"] = Without("timestamp"),
        ["no orderId"] = Without("orderId"),
        ["no customerId"] = Without("customerId"),
        ["no items"] = Without("items"),
        ["no totalAmount"] = Without("totalAmount"),
        ["eventId is null"] = With("eventId", "null"),
        ["eventId is no UUID"] = With("eventId", "\"7f4fbd3e\""),
        ["timestamp is null"] = With("timestamp", "null"),
        ["timestamp is a number"] = With("timestamp", "1768516986"),
        ["timestamp is a time of day"] = With("timestamp", "\"22:43\""),
        ["timestamp is prose"] = With("timestamp", "\"15 January 2026\""),
        ["timestamp is empty"] = With("timestamp", "\"\""),
        ["occurredAt is no time"] = With("occurredAt", "\"yesterday\""),
        ["occurredAt is a number"] = With("occurredAt", "1"),
        ["correlationId is no UUID"] = With("correlationId", "\"x\""),
        ["customerId is null"] = With("customerId", "null"),
        ["customerId is a number"] = With("customerId", "1"),
        ["items is null"] = With("items", "null"),
        ["items is an object"] = With("items", "{}"),
        ["orderId is a string"] = With("orderId", "\"1\""),
        ["orderId has decimals"] = With("orderId", "1.5"),
        ["orderId is too large"] = With("orderId", "9223372036854775808"),
        ["totalAmount is a string"] = With("totalAmount", "\"59.98\""),
        ["totalAmount is NaN"] = With("totalAmount", "NaN"),
        ["quantity is a string"] = Minimal.Replace("\"quantity\":2", "\"quantity\":\"2\"", StringComparison.Ordinal),
        ["quantity is too large"] = Minimal.Replace("\"quantity\":2", "\"quantity\":2147483648", StringComparison.Ordinal),
        ["productId is null"] = Minimal.Replace("\"PROD-001\"", "null", StringComparison.Ordinal),
        ["productName is missing"] = Minimal.Replace("\"productName\":\"Lamp\",", "", StringComparison.Ordinal),
        ["orderId stands twice"] = Minimal.Replace("\"orderId\":1", "\"orderId\":1,\"orderId\":2", StringComparison.Ordinal),
        ["orderId stands twice in another case"] = Minimal.Replace(
            "\"orderId\":1", "\"orderId\":1,\"OrderID\":2", StringComparison.Ordinal),
        ["half of a character"] = With("customerId", "\"\\ud800\""),
        ["a trailing comma"] = Minimal.Replace("59.98}", "59.98,}", StringComparison.Ordinal),
        ["a comment"] = Minimal.Replace("59.98}", "59.98/**/}", StringComparison.Ordinal),
        ["something behind"] = Minimal + "{}",
        ["cut off"] = Minimal[..^2],
        ["no object"] = "[]",
        ["nothing"] = "",
        ["too deep"] = With("more", new string('[', 20) + new string(']', 20)),
    };

    public static TheoryData<string, string> PlainByReader => ByReader(Plain.Keys);

    public static TheoryData<string, string> WrongByReader => ByReader(Wrong.Keys);

    public static TheoryData<string> AllReaders => [Readers.Contracts, Readers.Consumers];

    [Theory]
    [MemberData(nameof(PlainByReader))]
    public void An_event_of_a_foreign_publisher_needs_none_of_our_additions(string name, string reader)
    {
        var (type, json) = Plain[name];

        var read = Readers.Read(reader, type, json).ShouldBeAssignableTo<BaseEvent>()!;

        (read.EventType, (read as OrderEvent)?.OrderId, read.EventId)
            .ShouldBe((name, type == typeof(ImportChunkDueEvent) ? (long?)null : 1L, Guid.Parse("7f4fbd3e-7d0c-4b8e-a2a8-3f0c9d5c1b11")));
        (read.OccurredAt, read.CorrelationId, read.CausationId).ShouldBe((null, null, null));
        read.Timestamp.ShouldBe(new DateTimeOffset(2026, 1, 15, 22, 43, 6, TimeSpan.Zero));
    }

    [Theory]
    [MemberData(nameof(WrongByReader))]
    public void A_body_that_is_not_what_was_agreed_is_refused(string mistake, string reader)
    {
        mistake.ShouldNotBeEmpty();
        Wrong[mistake].ShouldNotBe(Minimal);
        Should.Throw<JsonException>(() => Readers.Read(reader, typeof(OrderCreatedEvent), Wrong[mistake]));
    }

    [Theory]
    [MemberData(nameof(AllReaders))]
    public void A_field_that_is_unknown_is_tolerated(string reader)
    {
        var read = Readers.Read(reader, typeof(OrderCreatedEvent), With("giftWrap", """{"paper":"red"}"""));

        read.ShouldBeOfType<OrderCreatedEvent>().TotalAmount.ShouldBe(59.98m);
    }

    [Theory]
    [MemberData(nameof(AllReaders))]
    public void The_type_and_source_that_a_body_claims_are_not_believed(string reader)
    {
        var read = Readers.Read(reader, typeof(OrderCreatedEvent), With("sourceService", "\"evil-service\""));

        read.ShouldBeOfType<OrderCreatedEvent>().SourceService.ShouldBe("order-service");
    }

    [Theory]
    [InlineData("2026-01-15T22:43:06")]
    [InlineData("2026-01-15T22:43:06Z")]
    [InlineData("2026-01-15T23:43:06+01:00")]
    [InlineData("2026-01-15T17:13:06-05:30")]
    public void A_timestamp_is_UTC_unless_it_says_otherwise(string timestamp)
    {
        foreach (var reader in new[] { Readers.Contracts, Readers.Consumers })
        {
            var read = Readers.Read(reader, typeof(OrderCreatedEvent), With("timestamp", $"\"{timestamp}\""))
                .ShouldBeOfType<OrderCreatedEvent>();

            read.Timestamp.ShouldBe(new DateTimeOffset(2026, 1, 15, 22, 43, 6, TimeSpan.Zero));
            read.Timestamp.Offset.ShouldBe(TimeSpan.Zero);
        }
    }

    [Theory]
    [InlineData(""" "importId":7 """)]
    [InlineData(""" "chunk":3 """)]
    [InlineData(""" "importId":7,"chunk":2147483648 """)]
    [InlineData(""" "importId":"7","chunk":3 """)]
    public void A_chunk_that_is_not_named_by_two_numbers_is_refused(string fields)
    {
        foreach (var reader in new[] { Readers.Contracts, Readers.Consumers })
            Should.Throw<JsonException>(() => Readers.Read(reader, typeof(ImportChunkDueEvent), Event("PRODUCT_IMPORT", fields)));
    }

    [Fact]
    public void A_mistake_is_named_by_its_path() =>
        Should.Throw<JsonException>(() => Readers.Read(Readers.Consumers, typeof(OrderCreatedEvent), Wrong["quantity is a string"]))
            .Path.ShouldBe("$.items[0].quantity");

    private static string Event(string type, string fields) =>
        $$"""
        {"eventId":"7f4fbd3e-7d0c-4b8e-a2a8-3f0c9d5c1b11","eventType":"{{type}}","timestamp":"2026-01-15T22:43:06",
        """ + $$"""
        "sourceService":"x","orderId":1,"customerId":"CUST-001",{{fields}}}
        """;

    private static string Without(string field)
    {
        var json = JsonNode.Parse(Minimal)!.AsObject();
        json.Remove(field).ShouldBeTrue();
        return json.ToJsonString();
    }

    // As text, so that what no JSON library would write can be put in.
    private static string With(string field, string value)
    {
        var json = JsonNode.Parse(Minimal)!.AsObject();
        json[field] = "PLACE";
        return json.ToJsonString().Replace("\"PLACE\"", value, StringComparison.Ordinal);
    }

    private static TheoryData<string, string> ByReader(IEnumerable<string> names) =>
        new(names.SelectMany(_ => new[] { Readers.Contracts, Readers.Consumers }, (name, reader) => (name, reader)));
}
