using System.Text.Json;

namespace Fulfillment.Order.WatchOrders;

/// <summary>The events since the last message, for one browser.</summary>
/// <param name="At">Time of the message.</param>
/// <param name="Counts">Events by type.</param>
/// <param name="Orders">Their orders, newest first, at most <see cref="Activity.MaxOrders"/>.</param>
public sealed record ActivityView(DateTimeOffset At, IReadOnlyDictionary<string, int> Counts, IReadOnlyList<ActiveOrder> Orders);

/// <summary>An order that an event was about.</summary>
/// <param name="OrderId">Number of the order.</param>
/// <param name="CustomerId">Customer who placed it.</param>
/// <param name="Status">Status that the event leads to.</param>
/// <param name="Reason">Reason of an end without success.</param>
/// <param name="At">Time of the event.</param>
public sealed record ActiveOrder(long OrderId, string? CustomerId, OrderStatus Status, string? Reason, DateTimeOffset At);

/// <summary>
/// Collects events until they are taken. It keeps a count per type and a limited number of orders, so a slow browser gets less and delays
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

    /// <summary>Adds an event; an unreadable one is skipped.</summary>
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

        // Any client of the broker may publish, so the number of event types is limited.
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

    /// <summary>Takes the collected events; null when there are none.</summary>
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
        if (!Meanings.TryGetValue(type, out var meaning) || !json.TryGetProperty("orderId", out var id)
            || id.ValueKind != JsonValueKind.Number || !id.TryGetInt64(out var orderId))
            return null;
        var at = json.TryGetProperty("occurredAt", out var occurred) && occurred.ValueKind == JsonValueKind.String
            && occurred.TryGetDateTimeOffset(out var known)
            ? known
            : time.GetUtcNow();
        var reason = meaning.Status is OrderStatus.Failed or OrderStatus.Cancelled ? meaning.Reason ?? Text(json, "reasonCode") : null;
        return new ActiveOrder(orderId, Text(json, "customerId"), meaning.Status, reason, at);
    }

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
