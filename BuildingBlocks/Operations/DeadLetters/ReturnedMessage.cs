using Fulfillment.Messaging;
using RabbitMQ.Client;

namespace Fulfillment.Operations.DeadLetters;

/// <summary>
/// A message that was rejected without the headers of a failure: a listener rejects a message that it still receives after its stop.
/// It is no dead letter; it goes back to its queue.
/// </summary>
/// <param name="Queue">Queue that it came from.</param>
/// <param name="Properties">As it came, with one return more.</param>
/// <param name="Body">Its body.</param>
internal sealed record ReturnedMessage(string Queue, BasicProperties Properties, byte[] Body)
{
    // A message that comes again and again is rejected for another reason.
    private const int MaxReturns = 20;

    /// <summary>The message to put back; null when it is a dead letter.</summary>
    public static ReturnedMessage? Of(IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body, Topology topology)
    {
        var headers = properties.Headers ?? new Dictionary<string, object?>();
        if (headers.ContainsKey(FailureHeaders.ExceptionType)
            || BrokerDeath.Of(headers) is not { Reason: "rejected" } death
            || topology.Find(death.Queue) is null)
        {
            return null;
        }

        var returns = headers.TryGetValue(FailureHeaders.Returns, out var value) && value is int number ? number : 0;
        if (returns >= MaxReturns) return null;

        // The broker closes the channel of a publisher that names another user than its own, and a message that expires
        // would come back at once.
        var again = new BasicProperties(properties) { Persistent = true };
        again.ClearUserId();
        again.ClearExpiration();
        again.Headers = headers.Where(header => !header.Key.StartsWith("x-", StringComparison.Ordinal)).ToDictionary();
        again.Headers[FailureHeaders.Returns] = returns + 1;
        return new ReturnedMessage(death.Queue, again, body.ToArray());
    }
}
