using System.Text;
using System.Text.Json;
using Fulfillment.Contracts;
using Fulfillment.Order;
using Fulfillment.Order.WatchOrders;

namespace Modules.Tests.Orders;

public sealed class ActivityTests
{
    private readonly Activity _activity = new(TimeProvider.System);

    [Fact]
    public void Nothing_is_taken_when_nothing_has_come()
    {
        _activity.Take().ShouldBeNull();
        _activity.Add(Created(1));
        _activity.Take().ShouldNotBeNull();
        _activity.Take().ShouldBeNull();
    }

    [Fact]
    public void Events_are_counted_and_an_order_is_shown_once_as_it_was_last()
    {
        _activity.Add(Created(1));
        _activity.Add(Created(2));
        _activity.Add(Event(new PaymentFailedEvent(1, "C", 1m, "No money", "INSUFFICIENT_FUNDS")));

        var view = _activity.Take()!;

        view.Counts.ShouldBe(new Dictionary<string, int> { ["ORDER_CREATED"] = 2, ["PAYMENT_FAILED"] = 1 }, ignoreOrder: true);
        view.Orders.Select(order => (order.OrderId, order.Status, order.Reason))
            .ShouldBe([(1, OrderStatus.Failed, "PAYMENT_DECLINED"), (2, OrderStatus.Pending, null)]);
    }

    [Fact]
    public void However_many_come_it_keeps_few()
    {
        for (var order = 1; order <= 1_000; order++) _activity.Add(Created(order));
        for (var name = 0; name < 1_000; name++) _activity.Add(Encoding.UTF8.GetBytes($$"""{"eventType":"MADE_UP_{{name}}"}"""));

        var view = _activity.Take()!;

        view.Counts["ORDER_CREATED"].ShouldBe(1_000);
        view.Counts.Count.ShouldBeLessThanOrEqualTo(Activity.MaxOrders);
        view.Orders.Select(order => order.OrderId).ShouldBe(Enumerable.Range(0, Activity.MaxOrders).Select(i => 1_000L - i));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not JSON")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"eventType":5}""")]
    public void What_cannot_be_read_is_left_out(string body)
    {
        _activity.Add(Encoding.UTF8.GetBytes(body));

        _activity.Take().ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"eventType":"ORDER_CREATED"}""")]
    [InlineData("""{"eventType":"ORDER_CREATED","orderId":"1"}""")]
    [InlineData("""{"eventType":"INVENTORY_RELEASED","orderId":1}""")]
    public void An_event_that_moves_no_order_is_only_counted(string body)
    {
        _activity.Add(Encoding.UTF8.GetBytes(body));

        var view = _activity.Take()!;
        view.Counts.Count.ShouldBe(1);
        view.Orders.ShouldBeEmpty();
    }

    private static byte[] Created(long order) => Event(new OrderCreatedEvent(order, "C", [], 1m));

    private static byte[] Event<TEvent>(TEvent @event)
        where TEvent : BaseEvent => JsonSerializer.SerializeToUtf8Bytes(@event, typeof(TEvent), ContractsJson.Default);
}
