using Fulfillment.Cli.Audit;

namespace Modules.Tests.Audit;

public sealed class AuditJoinTests
{
    private static readonly string[] Both = ["EMAIL", "SMS"];
    private static readonly string[] Email = ["EMAIL"];

    /// <summary>A system at rest in which every way for an order to go was gone.</summary>
    private static readonly ReconciliationFeeds Healthy = new(
        [
            new OrderEntry(1, "C", "COMPLETED", null, 10m), new OrderEntry(2, "C", "FAILED", "OUT_OF_STOCK", 20m),
            new OrderEntry(3, "C", "FAILED", "PAYMENT_DECLINED", 30m), new OrderEntry(4, "C", "CANCELLED", "CUSTOMER_REQUESTED", 40m),
            new OrderEntry(5, "C", "CANCELLED", "RESERVATION_EXPIRED", 50m), new OrderEntry(6, "C", "COMPLETED", null, 60m),
            new OrderEntry(7, "C", "CONFIRMED", null, 70m), new OrderEntry(8, "C", "COMPLETED", null, 80m),
            new OrderEntry(9, "C", "CANCELLED", "CUSTOMER_REQUESTED", 90m), new OrderEntry(10, "C", "PENDING", null, 100m),
        ],
        [
            new ReservationEntry(1, "COMMITTED", null), new ReservationEntry(2, "REJECTED", "OUT_OF_STOCK"),
            new ReservationEntry(3, "RELEASED", null),
            new ReservationEntry(4, "RELEASED", null), new ReservationEntry(5, "EXPIRED", null), new ReservationEntry(6, "COMMITTED", null),
            new ReservationEntry(7, "ACTIVE", null), new ReservationEntry(8, "COMMITTED", null), new ReservationEntry(11, "ACTIVE", null),
        ],
        [
            new PaymentEntry(1, "COMPLETED", 10m, 0m, null, 0m), new PaymentEntry(3, "FAILED", 30m, 0m, null, 0m),
            new PaymentEntry(4, "REFUNDED", 40m, 40m, "CUSTOMER_REQUESTED", 0m),
            new PaymentEntry(5, "VOIDED", 50m, 0m, "RESERVATION_EXPIRED", 0m),
            new PaymentEntry(6, "COMPLETED", 60m, 25m, null, 25m), new PaymentEntry(7, "COMPLETED", 70m, 0m, null, 0m),
            new PaymentEntry(8, "REFUNDED", 80m, 80m, null, 80m),
        ],
        [
            Told(1, Both), Told(2, Email), Told(3, Email), Told(4, Both, Email), Told(5, Email), Told(6, Both), Told(8, Both, Email),
            Told(9, Email),
        ],
        new HashSet<long> { 11 });

    /// <summary>Name of the check that must find it, the key of what is wrong, and the feeds with it.</summary>
    private static readonly (string Check, string Key, ReconciliationFeeds ReconciliationFeeds)[] Planted =
    [
        ("completed-is-paid", "1", Without(payment: 1)),
        ("completed-is-paid", "1", With(new PaymentEntry(1, "FAILED", 10m, 0m, null, 0m))),
        ("completed-is-paid", "1", With(new PaymentEntry(1, "VOIDED", 10m, 0m, null, 0m))),
        ("completed-is-paid", "1", With(new PaymentEntry(1, "COMPLETED", 9.99m, 0m, null, 0m))),
        ("completed-is-paid", "1", With(new PaymentEntry(1, "REFUNDED", 10m, 10m, "CUSTOMER_REQUESTED", 0m))),
        ("completed-is-paid", "6", With(new PaymentEntry(6, "COMPLETED", 60m, 26m, null, 25m))),
        ("completed-is-paid", "1", Healthy with { Payments = [.. Healthy.Payments, Healthy.Payments[0]] }),
        ("completed-is-sold", "1", Without(reservation: 1)),
        ("completed-is-sold", "1", With(new ReservationEntry(1, "ACTIVE", null))),
        ("completed-is-sold", "1", With(new ReservationEntry(1, "EXPIRED", null))),
        ("completed-is-sold", "1", Healthy with { Reservations = [.. Healthy.Reservations, Healthy.Reservations[0]] }),
        ("abandoned-is-unpaid", "3", With(new PaymentEntry(3, "COMPLETED", 30m, 0m, null, 0m))),
        ("abandoned-is-unpaid", "4", With(new PaymentEntry(4, "COMPLETED", 40m, 39.99m, "CUSTOMER_REQUESTED", 0m))),
        ("abandoned-is-unpaid", "2", With(new PaymentEntry(2, "FAILED", 20m, 0m, null, 0m))),
        ("abandoned-holds-nothing", "3", With(new ReservationEntry(3, "ACTIVE", null))),
        ("abandoned-holds-nothing", "4", With(new ReservationEntry(4, "COMMITTED", null))),
        ("ended-is-not-held", "1", With(new ReservationEntry(1, "ACTIVE", null))),
        ("ended-is-not-held", "5", With(new ReservationEntry(5, "ACTIVE", null))),
        ("ended-is-notified", "1", With(Told(1))),
        ("ended-is-notified", "1", With(Told(1, Email))),
        ("ended-is-notified", "1", With(Told(1, Email, ["SMS"]))),
        ("ended-is-notified", "9", With(Told(9, ["SMS"]))),
        ("ended-is-notified", "2", Healthy with { Notifications = [.. Healthy.Notifications.Where(entry => entry.OrderId != 2)] }),
        ("orders-are-known", "77", With(new ReservationEntry(77, "RELEASED", null))),
        ("orders-are-known", "77", With(new PaymentEntry(77, "FAILED", 1m, 0m, null, 0m))),
        ("orders-are-known", "77", With(Told(77, Email))),
        ("money-adds-up", "all", With(new PaymentEntry(77, "COMPLETED", 0.01m, 0m, null, 0m))),
        ("money-adds-up", "all", Without(payment: 6)),
        ("money-adds-up", "all", With(new PaymentEntry(8, "REFUNDED", 80m, 80m, null, 79m))),
    ];

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Planted.Length)];

    [Fact]
    public void A_healthy_system_has_no_violation()
    {
        var checks = AuditJoin.Check(Healthy);

        checks.SelectMany(check => check.Examples).ShouldBeEmpty();
        checks.ShouldAllBe(check => check.Violations == 0);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_planted_violation_is_found(int planted)
    {
        var (name, key, feeds) = Planted[planted];

        var check = AuditJoin.Check(feeds).Single(check => check.Name == name);

        check.Violations.ShouldBe(1);
        check.Examples.ShouldHaveSingleItem().Key.ShouldBe(key);
    }

    [Fact]
    public void Every_check_has_a_planted_violation() =>
        AuditJoin.Check(Healthy).Select(check => check.Name)
            .ShouldBe(Planted.Select(planted => planted.Check).Distinct(), ignoreOrder: true);

    [Fact]
    public void An_order_that_is_open_is_not_judged()
    {
        var open = Healthy with { Orders = [.. Healthy.Orders.Select(order => order with { Status = "PENDING" })] };

        AuditJoin.Check(open).ShouldAllBe(check => check.Violations == 0);
    }

    [Fact]
    public void A_void_payment_of_an_order_without_stock_is_fine() =>
        AuditJoin.Check(With(new PaymentEntry(2, "VOIDED", 20m, 0m, "CUSTOMER_REQUESTED", 0m))).ShouldAllBe(check => check.Violations == 0);

    private static NotificationEntry Told(long order, params string[][] events) =>
        new(order, [.. events.Select(channels => new NotifiedEvent(Guid.NewGuid(), channels))]);

    private static ReconciliationFeeds With(PaymentEntry payment) =>
        Without(payment: payment.OrderId) is var rest ? rest with { Payments = [.. rest.Payments, payment] } : rest;

    private static ReconciliationFeeds With(ReservationEntry reservation) =>
        Without(reservation: reservation.OrderId) is var rest ? rest with { Reservations = [.. rest.Reservations, reservation] } : rest;

    private static ReconciliationFeeds With(NotificationEntry told) => Healthy with
    {
        Notifications = [.. Healthy.Notifications.Where(entry => entry.OrderId != told.OrderId), told],
    };

    private static ReconciliationFeeds Without(long payment = 0, long reservation = 0) => Healthy with
    {
        Payments = [.. Healthy.Payments.Where(entry => entry.OrderId != payment)],
        Reservations = [.. Healthy.Reservations.Where(entry => entry.OrderId != reservation)],
    };
}
