using Fulfillment.Notification;
using Fulfillment.Notification.NotifyCustomer;
using Microsoft.Extensions.Logging;

namespace Modules.Tests.Notifications;

public sealed class CustomerNotifierTests
{
    [Fact]
    public void An_email_is_logged_with_recipient_subject_and_text() =>
        Sent(NotificationChannel.Email)
            .ShouldBe("📧 EMAIL NOTIFICATION SENT:\nTo: customer@example.com\nSubject: Order #1 - Payment Successful!\nThank you");

    [Fact]
    public void An_sms_is_logged_with_recipient_and_text() =>
        Sent(NotificationChannel.Sms)
            .ShouldBe("📱 SMS NOTIFICATION SENT:\nTo: customer@example.com\nOrder #1 - Payment Successful!\nThank you");

    private static string Sent(NotificationChannel channel)
    {
        var logger = new LineLogger();
        CustomerNotifier.Send(logger, new NotificationLog
        {
            CustomerId = "CUST-1", Channel = channel, Recipient = "customer@example.com", Subject = "Order #1 - Payment Successful!",
            Message = "Thank you",
        });
        return logger.Lines.ShouldHaveSingleItem();
    }

    private sealed class LineLogger : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
