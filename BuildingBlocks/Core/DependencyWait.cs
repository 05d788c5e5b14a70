using RabbitMQ.Client.Exceptions;

namespace Fulfillment.Core;

/// <summary>Waits for a dependency that is unavailable, and tells it from one whose settings are wrong.</summary>
internal static class DependencyWait
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>Tries until it works; <paramref name="waiting"/> gets the reason for the wait, whenever that changes.</summary>
    /// <exception cref="ConfigurationException">The dependency answers, but refuses the settings.</exception>
    public static async Task ForAsync(string what, Func<CancellationToken, Task> attempt, Action<string> waiting, CancellationToken ct)
    {
        var last = "";
        var retry = Retry.While(e => SettingMistake(e) is null && TransientErrors.Is(e), _ => RetryDelay, (e, _) =>
        {
            var reason = $"{what}: {e.Message}";
            if (reason != last) waiting(reason);
            last = reason;
        });
        try
        {
            await retry.ExecuteAsync(async token => await attempt(token), ct);
        }
        catch (Exception e) when (SettingMistake(e) is { } mistake)
        {
            throw new ConfigurationException(mistake);
        }
    }

    private static string? SettingMistake(Exception? exception) => exception switch
    {
        null => null,
        AuthenticationFailureException => "RabbitMq__Uri: the broker refuses user or password, for example amqp://user:password@host:5672/",
        OperationInterruptedException { ShutdownReason.ReplyCode: 530 } e =>
            $"RabbitMq__Uri: the broker refuses the virtual host ({e.ShutdownReason.ReplyText}), "
            + "for example amqp://user:password@host:5672/",
        _ => SettingMistake(exception.InnerException),
    };
}
