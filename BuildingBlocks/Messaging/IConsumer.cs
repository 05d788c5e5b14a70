using Fulfillment.Contracts;
using Fulfillment.Core;

namespace Fulfillment.Messaging;

/// <summary>Handles one kind of event. A module lists its consumers in its subscriptions; one instance serves all messages.</summary>
/// <typeparam name="TEvent">Contract of the event.</typeparam>
public interface IConsumer<in TEvent>
    where TEvent : BaseEvent
{
    /// <summary>Handles a message. The message is acknowledged when the task completes, and delivered again when it fails.</summary>
    /// <param name="message">The event. The same event may come more than once, also at the same time.</param>
    /// <param name="ct">Cancelled when the process stops, or when the message takes longer than two minutes.</param>
    /// <exception cref="InvalidMessageException">The message can never be handled; it becomes a dead letter at once.</exception>
    Task HandleAsync(TEvent message, CancellationToken ct);
}
