using System.Text.Json;

namespace Fulfillment.Order.WatchOrders;

/// <summary>What was published since the last message, for one browser.</summary>
/// <param name="At">When the message was made.</param>
/// <param name="Counts">Events by type.</param>
/// <param name="Orders">Orders that they were about, newest first, at most <see cref="Activity.MaxOrders"/>.</param>
public sealed record ActivityView(DateTimeOffset At, IReadOnlyDictionary<string, int> Counts, IReadOnlyList<ActiveOrder> Orders);

/// <summary>An order that an event was about.</summary>
/// <param name="OrderId">Number of the order.</param>
/// <param name="CustomerId">Who placed it.</param>
/// <param name="Status">Status that the event leads to.</param>
/// <param name="Reason">Why it ends without success.</param>
/// <param name="At">When it happened.</param>
public sealed record ActiveOrder(long OrderId, string? CustomerId, OrderStatus Status, string? Reason, DateTimeOffset At);

/// <summary>
/// Collects events until they are taken. However many come, it keeps a number per type and some orders, so a browser that is slow gets less and holds up
/// nothing.
/// </summary>
internal sealed class Activity(TimeProvider time)
{
    public const int MaxOrders = 20;

    private static readonly Dictionary<string, (OrderStatus Status, string? Reason)> Meanings = new()
    {
        ["ORDER_CREATED"] = (OrderStatus.Pending, null),
        ["INVENTORY_RESERVED"] = (OrderStatus.Confirmed, null),
        ["PAYMENT_COMPLETED"] = (OrderStatus.Confirmed, null),
        ["INVENTORY_COMMITTED"] = (OrderStatus.Completed, null),
        ["INVENTORY_FAILED"] = (OrderStatus.Failed, null),
        ["PAYMENT_FAILED"] = (OrderStatus.Failed, "PAYMENT_DECLINED"),
        ["ORDER_CANCELLED"] = (OrderStatus.Cancelled, null),
        ["RESERVATION_EXPIRED"] = (OrderStatus.Cancelled, null),
    };

    private readonly Lock _gate = new();
    private readonly LinkedList<ActiveOrder> _orders = new();
    private Dictionary<string, int> _counts = [];

    /// <summary>Adds an event; what cannot be read is left out.</summary>
    public void Add(ReadOnlyMemory<byte> body)
    {
        string? type;
        ActiveOrder? order;
        try
        {
            using var json = JsonDocument.Parse(body);
            type = Text(json.RootElement, "eventType");
            order = type is null ? null : Read(json.RootElement, type);
        }
        catch (JsonException)
        {
            return;
        }

        // Anybody may publish: names that are made up must not become many.
        if (type is not { Length: <= 40 }) return;
        lock (_gate)
        {
            if (_counts.Count < MaxOrders || _counts.ContainsKey(type)) _counts[type] = _counts.GetValueOrDefault(type) + 1;
            if (order is null) return;
            for (var node = _orders.First; node is not null; node = node.Next)
            {
                if (node.Value.OrderId != order.OrderId) continue;
                _orders.Remove(node);
                break;
            }

            _orders.AddFirst(order);
            if (_orders.Count > MaxOrders) _orders.RemoveLast();
        }
    }

    /// <summary>Takes what has come; null when nothing has.</summary>
    public ActivityView? Take()
    {
        lock (_gate)
        {
            if (_counts.Count == 0) return null;
            var view = new ActivityView(time.GetUtcNow(), _counts, [.. _orders]);
            _counts = [];
            _orders.Clear();
            return view;
        }
    }

    private ActiveOrder? Read(JsonElement json, string type)
    {
        if (!Meanings.TryGetValue(type, out var meaning) || !json.TryGetProperty("orderId", out var id) || id.ValueKind != JsonValueKind.Number || !id.TryGetInt64(out var orderId)) return null;
        var at = json.TryGetProperty("occurredAt", out var occurred) && occurred.ValueKind == JsonValueKind.String && occurred.TryGetDateTimeOffset(out var known)
            ? known
            : time.GetUtcNow();
        var reason = meaning.Status is OrderStatus.Failed or OrderStatus.Cancelled ? meaning.Reason ?? Text(json, "reasonCode") : null;
        return new ActiveOrder(orderId, Text(json, "customerId"), meaning.Status, reason, at);
    }

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
