using Fulfillment.Contracts;
using Fulfillment.Messaging;
using Fulfillment.Persistence;
using Fulfillment.Persistence.Idempotency;
using Npgsql;

namespace Fulfillment.Order.PlaceOrder;

/// <summary>
/// An order that is being stored. It keeps its number, so that a batch without an answer to its commit can be retried without a second
/// order.
/// </summary>
public sealed class NewOrder(PlaceOrderRequest request, IdempotencyKey? key = null)
{
    public PlaceOrderRequest Request { get; } = request;

    public IdempotencyKey? Key { get; } = key;

    public Guid EventId { get; } = Guid.CreateVersion7();

    public decimal Total { get; } = request.Items.Sum(line => line.Quantity * line.Price);

    public string? TraceParent { get; } = System.Diagnostics.Activity.Current?.Id;

    public long OrderId { get; set; }

    /// <summary>
    /// Time of placement, to the microsecond. Every attempt to store it uses the same time, so a repeated ORDER_CREATED has the same bytes.
    /// </summary>
    public DateTimeOffset? PlacedAt { get; set; }
}

/// <summary>A stored order, or the result of its key when the request had one.</summary>
public readonly record struct PlacedOrder(OrderView? View, IdempotencyResult? KeyResult);

/// <summary>Stores orders together with their pending ORDER_CREATED, many in one transaction.</summary>
public sealed class OrderWriter(TimeProvider time) : IBatchWriter<NewOrder, PlacedOrder>
{
    private const string InsertOrders = """
        WITH stored AS (
            INSERT INTO orders (order_id, customer_id, total_amount, status, created_at, updated_at)
            SELECT id, customer, total, 'PENDING', placed, placed
            FROM unnest($1::bigint[], $2::text[], $3::numeric[], $4::timestamptz[]) AS new (id, customer, total, placed)
            ON CONFLICT DO NOTHING
            RETURNING order_id)
        INSERT INTO order_items (order_id, product_id, product_name, quantity, price)
        SELECT order_id, product_id, product_name, quantity, price
        FROM unnest($5::bigint[], $6::text[], $7::text[], $8::int[], $9::numeric[]) WITH ORDINALITY
            AS line (order_id, product_id, product_name, quantity, price, n)
        WHERE order_id IN (SELECT order_id FROM stored) ORDER BY n
        """;

    // Ids ascend in the order of the lines. The query of order_items finds the rows of a retry as well as those of this transaction.
    private const string SelectItemIds = "SELECT id FROM order_items WHERE order_id = ANY($1) ORDER BY order_id, id";

    // The sample has a number already: a rollback does not return sequence numbers.
    public IReadOnlyList<NewOrder> Sample =>
        [new(new PlaceOrderRequest("CUST-WARM-UP", [new PlaceOrderLine("PROD-WARM-UP", "Warm-up", 1, 1m)])) { OrderId = -1 }];

    // An order and the response to its key are stored in the same transaction. An order whose key has a response already is not stored.
    // A batch without keys costs nothing extra.
    public async Task<IReadOnlyList<PlacedOrder>> WriteAsync(NpgsqlConnection connection, IReadOnlyList<NewOrder> items)
    {
        IdempotencyKey[] keys = [.. items.Select(item => item.Key).OfType<IdempotencyKey>()];
        if (keys.Length == 0) return [.. (await WriteNewAsync(connection, items)).Select(view => new PlacedOrder(view, null))];

        var claims = await IdempotencyClaims.TakeAsync(connection, keys, CancellationToken.None);
        NewOrder[] fresh = [.. items.Where(item => item.Key is null || claims.New.Contains(item.Key))];
        var views = fresh.Length == 0 ? [] : fresh.Zip(await WriteNewAsync(connection, fresh)).ToDictionary();
        await claims.StoreAsync(
            [.. views.Where(pair => pair.Key.Key is not null).Select(pair => (pair.Key.Key!, Answer(pair.Key.Key!, pair.Value)))],
            CancellationToken.None);
        return
        [
            .. items.Select(item =>
                item.Key is null ? new PlacedOrder(views[item], null) : new PlacedOrder(null, claims.ResultOf(item.Key))),
        ];
    }

    private static StoredResponse Answer(IdempotencyKey key, OrderView order) => key.Answer(order, OrderView.AddressOf(order.OrderId));

    private async Task<IReadOnlyList<OrderView>> WriteNewAsync(NpgsqlConnection connection, IReadOnlyList<NewOrder> items)
    {
        await NumberAsync(connection, items);
        var now = time.NowToMicrosecond();
        foreach (var order in items) order.PlacedAt ??= now;
        NewOrder[] orders = [.. items.OrderBy(order => order.OrderId)];
        var lines = orders.SelectMany(order => order.Request.Items, (order, line) => (order.OrderId, Line: line)).ToArray();
        var announcements = orders.Select(order => (Order: order, Event: Announce(order))).ToArray();
        long[] ids = [.. orders.Select(order => order.OrderId)];

        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            InsertOrders, ids, orders.Select(order => order.Request.CustomerId).ToArray(), orders.Select(order => order.Total).ToArray(),
            orders.Select(order => order.PlacedAt!.Value).ToArray(),
            lines.Select(line => line.OrderId).ToArray(), lines.Select(line => line.Line.ProductId).ToArray(),
            lines.Select(line => line.Line.ProductName).ToArray(), lines.Select(line => line.Line.Quantity).ToArray(),
            lines.Select(line => line.Line.Price).ToArray());
        batch.AddOutbox([.. announcements.Select(pair => OutgoingMessage.From(pair.Event) with { TraceParent = pair.Order.TraceParent })]);
        batch.AddHistory(
        [
            .. announcements.Select(pair =>
                OrderHistoryEntry.Of(pair.Event, "Order placed", OrderStatus.Pending, pair.Order.PlacedAt!.Value)),
        ]);
        batch.Add(SelectItemIds, ids);
        await using var reader = await batch.ExecuteReaderAsync();
        var itemIds = new Queue<long>(await reader.ReadAllAsync(row => row.GetInt64(0)));
        var views = orders.ToDictionary(order => order.OrderId, order => View(order, itemIds));
        return [.. items.Select(order => views[order.OrderId])];
    }

    private static async Task NumberAsync(NpgsqlConnection connection, IReadOnlyList<NewOrder> items)
    {
        NewOrder[] unnumbered = [.. items.Where(order => order.OrderId == 0)];
        if (unnumbered.Length == 0) return;
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT nextval('order_numbers') FROM generate_series(1, $1)";
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = unnumbered.Length });
        await using var reader = await command.ExecuteReaderAsync();
        foreach (var (order, number) in unnumbered.Zip(await reader.ReadAllAsync(row => row.GetInt64(0)))) order.OrderId = number;
    }

    private static OrderCreatedEvent Announce(NewOrder order) =>
        new OrderCreatedEvent(
            order.OrderId, order.Request.CustomerId,
            [.. order.Request.Items.Select(line => new OrderLine(line.ProductId, line.ProductName, line.Quantity, line.Price))],
            order.Total)
        .WithNewCorrelation(order.EventId, order.PlacedAt!.Value);

    private static OrderView View(NewOrder order, Queue<long> itemIds) => new(
        order.OrderId, order.Request.CustomerId, order.Total, OrderStatus.Pending, null, order.PlacedAt!.Value, order.PlacedAt!.Value,
        [
            .. order.Request.Items.Select(line =>
                new OrderItemView(itemIds.Dequeue(), line.ProductId, line.ProductName, line.Quantity, line.Price)),
        ]);
}
