using Integration.Tests.Fixture;

namespace Integration.Tests.Live;

/// <summary>What an exporter gets of one order.</summary>
public sealed class TraceTests(Servers servers) : SystemTest
{
    private static readonly string[] Services = ["order-service", "inventory-service", "payment-service", "notification-service"];

    [Fact]
    public async Task One_order_is_one_trace_through_all_modules()
    {
        await using var receiver = new TraceReceiver();
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        await Task.WhenAll(FulfillmentSystem.Modules.Select(module => system.StartAsync(module, receiver.Settings)));
        await system.StockUpAsync("TRACED", 5);
        var order = await system.PlaceAsync("CUST-APPROVE-1", "TRACED");
        await system.EndOfAsync(order);

        // Reserved, charged, sold; and created before.
        var trace = TraceOf(receiver);
        await Eventually.Get("four events to be published in the trace of the order", () =>
        {
            trace = TraceOf(receiver);
            return Task.FromResult(string.Join('\n', trace.Select(span => span.ToString()).Order()));
        }, _ => trace.Count(span => span.Name.StartsWith("publish ", StringComparison.Ordinal)) == 4
            && Services.All(service => HasDatabaseWork(trace, service)) && IsWhole(trace));

        trace.Count(span => span.ParentId.Length == 0).ShouldBe(1, "only the request has no cause");
    }

    /// <summary>What was done in the database of a module belongs to the trace, although it was done for several orders at once.</summary>
    private static bool HasDatabaseWork(List<Span> trace, string service) =>
        trace.Any(span => span.Service == service && span.Name == "postgresql");

    private static bool IsWhole(List<Span> trace)
    {
        var known = trace.Select(span => span.SpanId).Append("").ToHashSet();
        return trace.TrueForAll(span => known.Contains(span.ParentId));
    }

    private static List<Span> TraceOf(TraceReceiver receiver)
    {
        var spans = receiver.Spans;
        var first = spans.FirstOrDefault(span => span.ParentId.Length == 0 && span.Name == "POST /api/orders");
        return first is null ? [] : [.. spans.Where(span => span.TraceId == first.TraceId)];
    }}
