using Fulfillment.BuildingBlocks;
using Microsoft.Extensions.Logging;

namespace Fulfillment.Notifications.NotifyCustomer;

/// <summary>Records a letter and then sends it. Sending is a log line here; it happens once, after the record is committed.</summary>
public sealed partial class Notifier(NotificationWriter notifications, ILogger<Notifier> logger)
{
    public async Task SendAsync(Letter letter, CancellationToken ct)
    {
        var recorded = await notifications.ExecuteAsync(letter, ct);
        Failpoint.Hit("notification-after-commit");
        foreach (var log in recorded) Send(logger, log);
    }

    internal static void Send(ILogger logger, NotificationLog log)
    {
        if (log.Channel == NotificationChannel.Email) EmailSent(logger, log.Recipient, log.Subject, log.Message);
        else SmsSent(logger, log.Recipient, log.Subject, log.Message);
    }

    [LoggerMessage(LogLevel.Information, "📧 EMAIL NOTIFICATION SENT:\nTo: {Recipient}\nSubject: {Subject}\n{Text}")]
    private static partial void EmailSent(ILogger logger, string recipient, string subject, string text);

    [LoggerMessage(LogLevel.Information, "📱 SMS NOTIFICATION SENT:\nTo: {Recipient}\n{Subject}\n{Text}")]
    private static partial void SmsSent(ILogger logger, string recipient, string subject, string text);
}
