using System.Text;
using RabbitMQ.Client;

namespace Integration.Tests.Operations;

/// <summary>A message that no queue of the system can process.</summary>
internal sealed record Poison(string Name, byte[] Body, BasicProperties? Properties = null);

/// <summary>Messages that no queue of the system can process, each of them another mistake.</summary>
internal static class PoisonSet
{
    private const string Head = """ "eventId":"6f1c0a8e-0000-4000-8000-000000000001","timestamp":"2026-01-15T22:43:06","customerId":"C" """;

    /// <summary>The set; every body is marked, so that no two queues and no two calls have the same one.</summary>
    public static IReadOnlyList<Poison> Of(string mark) =>
    [
        Text("empty", ""),
        Text("null", "null"),
        Text("array", "[]"),
        Text("bad JSON", $"{{bad {mark}"),
        Text("deep", $"\"{mark}\"" + new string('[', 5_000)),
        Text("deep array", new string('[', 5_000)),
        Text("text where a number belongs", $$"""{{{Head}},"mark":"{{mark}}","orderId":"seven"}"""),
        Text("huge number", $$"""{{{Head}},"mark":"{{mark}}","orderId":1e999}"""),
        Text("fraction", $$"""{{{Head}},"mark":"{{mark}}","orderId":1.5}"""),
        Text("duplicate keys", $$"""{{{Head}},"mark":"{{mark}}","orderId":1,"orderId":2}"""),
        Text("missing id", $$"""{"timestamp":"2026-01-15T22:43:06","mark":"{{mark}}","orderId":1,"customerId":"C"}"""),
        Text("missing fields", $$"""{"mark":"{{mark}}","orderId":1}"""),
        Text("id of zeros", $$"""{"eventId":"00000000-0000-0000-0000-000000000000","mark":"{{mark}}","orderId":1}"""),
        Text("id that is none", $$"""{"eventId":"{{mark}}","timestamp":"2026-01-15T22:43:06","orderId":1}"""),
        Text("not a time", $$"""{"eventId":"6f1c0a8e-0000-4000-8000-000000000001","timestamp":"{{mark}}","orderId":1}"""),
        Text("half a character", $$"""{"eventId":"\ud800","\ud801":"{{mark}}","orderId":1}"""),
        Text("deep but well-formed", $"{{\"mark\":\"{mark}\",\"a\":{new string('[', 14)}{new string(']', 14)}}}"),
        Text("a comment", $$"""/* {{mark}} */ {}"""),
        Text("plain text", $"Hello {mark}", new BasicProperties { ContentType = "text/plain" }),
        Text(
            "foreign type", $"foreign {mark}",
            new BasicProperties { Type = "System.Diagnostics.Process", MessageId = Guid.NewGuid().ToString() }),
        Text("an id that is no UUID", $"id {mark}", new BasicProperties { MessageId = "not a UUID" }),
        Text("a NUL", $"\0 {mark} \0", new BasicProperties
        {
            Type = "nul\0type", MessageId = "nul\0id", Headers = new Dictionary<string, object?> { ["nul\0"] = "\0" },
        }),
        Text("orders to the transport", $"orders {mark}", new BasicProperties
        {
            ReplyTo = "foreign-reply",
            Headers = new Dictionary<string, object?>
            {
                ["reply-uri"] = "nonsense://", ["ack-requested"] = "true", ["dead-letter-id"] = "1", ["failure-queue"] = "elsewhere",
                ["failure-attempts"] = 9,
                ["list"] = new List<object?> { 1, "two", new Dictionary<string, object?> { ["three"] = 3.5 } },
                ["bytes"] = new byte[] { 0xFF, 0xFE, 0 },
            },
        }),
        new("invalid UTF-8", [0xC3, 0x28, 0xFF, .. Encoding.UTF8.GetBytes(mark)]),
        new("a string of invalid UTF-8", [.. Encoding.UTF8.GetBytes($$"""{"eventId":"{{mark}}"""), 0xC3, 0x28, .. "\"}"u8]),
        new("ten megabytes", [.. Encoding.UTF8.GetBytes(mark), .. new byte[10 * 1024 * 1024]]),
    ];

    private static Poison Text(string name, string body, BasicProperties? properties = null) =>
        new(name, Encoding.UTF8.GetBytes(body), properties);
}
