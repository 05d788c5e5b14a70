using System.Text;

namespace Fulfillment.Chaos.Faults;

/// <summary>Bodies that no consumer can process, in any queue.</summary>
internal static class Poison
{
    // All fields that any event needs, so that each body made from it has exactly one error.
    private const string Whole =
        """
        {"eventId":"0198f3a0-0000-7000-8000-00000000c0de","eventType":"POISON","timestamp":"2025-01-01T00:00:00","sourceService":"chaos",
        "orderId":900000000001,"customerId":"CUST-POISON","items":[{"productId":"P","productName":"P","quantity":1,"price":1}],
        """
        + """
        "totalAmount":1,
        "reason":"none","failedProductId":"P","reasonCode":"MANUAL","paymentId":1,"transactionId":"TXN-00000000","amount":1,
        """
        + """
        "paymentMethod":"CREDIT_CARD",
        "errorCode":"NONE","refundId":1,"importId":900000000001,"chunk":0}
        """;

    /// <summary>The bodies, by their error.</summary>
    public static IReadOnlyList<(string Name, byte[] Body)> Bodies { get; } =
    [
        ("empty", []),
        ("space", " "u8.ToArray()),
        ("null", "null"u8.ToArray()),
        ("true", "true"u8.ToArray()),
        ("number", "42"u8.ToArray()),
        ("text", "\"order\""u8.ToArray()),
        ("array", "[]"u8.ToArray()),
        ("array of events", Encoding.UTF8.GetBytes($"[{Whole}]")),
        ("object without fields", "{}"u8.ToArray()),
        ("broken", "{bad"u8.ToArray()),
        ("deep", Encoding.UTF8.GetBytes(new string('[', 5_000))),
        ("cut off", Encoding.UTF8.GetBytes(Whole[..^20])),
        ("two documents", Encoding.UTF8.GetBytes(Whole + Whole)),
        ("comment", Encoding.UTF8.GetBytes("/* note */" + Whole)),
        ("trailing comma", Encoding.UTF8.GetBytes(Whole.Replace("\"chunk\":0", "\"chunk\":0,", StringComparison.Ordinal))),
        ("not UTF-8", [0xFF, .. Encoding.UTF8.GetBytes(Whole)]),
        ("UTF-16", Encoding.Unicode.GetBytes(Whole)),
        ("XML", "<order id=\"1\"/>"u8.ToArray()),
        ("gzip", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]),
        ("id missing", With("\"eventId\":\"0198f3a0-0000-7000-8000-00000000c0de\",", "")),
        ("id no UUID", With("0198f3a0-0000-7000-8000-00000000c0de", "order 7")),
        ("id all zeros", With("0198f3a0-0000-7000-8000-00000000c0de", "00000000-0000-0000-0000-000000000000")),
        ("time missing", With("\"timestamp\":\"2025-01-01T00:00:00\",", "")),
        ("time no time", With("2025-01-01T00:00:00", "yesterday")),
        ("number as text", With("900000000001", "\"900000000001\"")),
        ("number with a fraction", With("900000000001", "1.5")),
        ("number too large", With("900000000001", "99999999999999999999")),
        ("number enormous", With("900000000001", "1e400")),
        ("number null", With("900000000001", "null")),
        ("key twice", With("\"chunk\":0", "\"chunk\":0,\"orderId\":7,\"importId\":7")),
        ("ten megabytes", Encoding.UTF8.GetBytes($"{{\"x\":\"{new string('x', 10 << 20)}\"}}")),
    ];

    private static byte[] With(string part, string instead) =>
        Encoding.UTF8.GetBytes(Whole.Replace(part, instead, StringComparison.Ordinal));
}
