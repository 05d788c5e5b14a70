using Fulfillment.Contracts;
using Fulfillment.Notification;
using Fulfillment.Notification.NotifyCustomer;

namespace Modules.Tests.Notifications;

public sealed class NotificationContentTests
{
    private static readonly Guid EventId = Guid.Parse("019b3c1e-7a10-7c4e-9f00-000000000001");
    private static readonly DateTimeOffset Now = new(2026, 1, 15, 22, 43, 6, TimeSpan.Zero);

    [Fact]
    public void A_payment_is_confirmed_by_email_and_sms()
    {
        var content = NotificationContent.For(
            new PaymentCompletedEvent(1, "CUST-1", 42, "TXN-0123ABCD", 59.9m, "CREDIT_CARD") { EventId = EventId });

        content.Subject.ShouldBe("Order #1 - Payment Successful!");
        content.Message.ShouldContain("59.90");
        content.Message.ShouldContain("TXN-0123ABCD");
        content.Address(Now).Select(log => (log.Channel, log.Recipient)).ShouldBe(
            [(NotificationChannel.Email, "cust-1@example.com"), (NotificationChannel.Sms, "mobile of CUST-1")]);
    }

    [Fact]
    public void A_decline_is_explained_by_email_only()
    {
        var content = NotificationContent.For(
            new PaymentFailedEvent(2, "CUST-2", 10m, "Insufficient funds", "INSUFFICIENT_FUNDS") { EventId = EventId });

        content.Subject.ShouldBe("Order #2 - Payment Failed");
        content.Message.ShouldContain("Insufficient funds");
        content.Message.ShouldContain("10.00");
        content.Address(Now).ShouldHaveSingleItem().Channel.ShouldBe(NotificationChannel.Email);
    }

    [Fact]
    public void Missing_stock_is_explained_by_email_only()
    {
        var content = NotificationContent.For(
            new InventoryFailedEvent(3, "CUST-3", "Not enough stock of product PROD-1", "PROD-1") { EventId = EventId });

        content.Subject.ShouldBe("Order #3 - Out of Stock");
        content.Message.ShouldContain("Not enough stock of product PROD-1");
        content.Address(Now).ShouldHaveSingleItem().Channel.ShouldBe(NotificationChannel.Email);
    }

    [Fact]
    public void The_end_of_an_order_and_money_that_comes_back_are_told_by_email()
    {
        NotificationContent[] contents =
        [
            NotificationContent.For(new OrderCancelledEvent(4, "CUST-4", "Changed my mind", "CUSTOMER_REQUESTED") { EventId = EventId }),
            NotificationContent.For(new ReservationExpiredEvent(4, "CUST-4", [], "RESERVATION_EXPIRED") { EventId = EventId }),
            NotificationContent.For(new PaymentRefundedEvent(4, "CUST-4", 42, 7, 59.9m, "CUSTOMER_REQUESTED") { EventId = EventId }),
        ];

        contents.Select(content => content.Subject)
            .ShouldBe(["Order #4 - Cancelled", "Order #4 - Reservation Expired", "Order #4 - Refund"]);
        contents[2].Message.ShouldContain("59.90");
        contents.ShouldAllBe(content => content.Address(Now).Single().Channel == NotificationChannel.Email);
    }

    [Fact]
    public void Every_notification_carries_its_event_and_time()
    {
        var content = new NotificationContent(EventId, 4, "CUST-4", "Subject", "Text", AlsoBySms: true);

        foreach (var log in content.Address(Now))
        {
            (log.EventId, log.OrderId, log.CustomerId, log.Subject, log.Message, log.SentAt)
                .ShouldBe((EventId, 4L, "CUST-4", "Subject", "Text", Now));
        }

        content.Address(Now).Count.ShouldBe(2);
    }
}
