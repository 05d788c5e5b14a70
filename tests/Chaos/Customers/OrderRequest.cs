using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fulfillment.Chaos.Customers;

/// <summary>One line of an order.</summary>
internal sealed record OrderRequestLine(string ProductId, string ProductName, int Quantity, decimal Price);

/// <summary>The order of one customer. Each customer orders once, so the customer id identifies the order.</summary>
internal sealed record OrderRequest(string CustomerId, IReadOnlyList<OrderRequestLine> Items)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    /// <summary>True when the system must refuse it.</summary>
    [JsonIgnore]
    public bool IsInvalid { get; init; }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Web);
}

/// <summary>An order mix: plenty of some products, little of others, and orders of both. The same seed makes the same requests.</summary>
internal sealed class OrderMix(int seed)
{
    public const int Plenty = 10_000_000;
    public const int Little = 60;
    private const int Common = 40;
    private const int Scarce = 8;
    private readonly Random _random = new(seed);
    private int _number;

    /// <summary>The initial stock.</summary>
    public static IReadOnlyDictionary<string, int> Stock { get; } = Enumerable.Range(0, Common).Select(n => ($"COMMON-{n:00}", Plenty))
        .Concat(Enumerable.Range(0, Scarce).Select(n => ($"SCARCE-{n:00}", Little)))
        .ToDictionary(pair => pair.Item1, pair => pair.Item2);

    /// <summary>The next order request: of a hundred requests, two contain an unknown product and one is invalid.</summary>
    public OrderRequest Next()
    {
        var (number, kind) = (_number++, _random.Next(100));
        var products = new HashSet<string>();
        for (var lines = _random.Next(1, 4); products.Count < lines;)
            products.Add(_random.Next(100) < 8 ? $"SCARCE-{_random.Next(Scarce):00}" : $"COMMON-{_random.Next(Common):00}");
        if (kind < 2) products.Add("NO-SUCH-PRODUCT");
        var items = products
            .Select(product => new OrderRequestLine(product, $"Product {product}", _random.Next(1, 4), _random.Next(100, 10_000) / 100m))
            .ToList();
        if (kind == 99) items[0] = items[0] with { Quantity = 0 };
        return new OrderRequest($"{Prefix(number)}-{number:0000000}", items) { IsInvalid = kind == 99 };
    }

    public double Chance() => _random.NextDouble();

    private static string Prefix(int number) => (number % 10) switch
    {
        < 2 => "CUST-APPROVE",
        2 => "CUST-DECLINE",
        _ => "CUST",
    };
}
