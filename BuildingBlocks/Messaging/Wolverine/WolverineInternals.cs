using System.Reflection;
using RabbitMQ.Client;
using Wolverine;
using Wolverine.RabbitMQ;
using Wolverine.Transports;

namespace Fulfillment.Messaging.Wolverine;

/// <summary>
/// Members of a delivery and a listener that Wolverine keeps to itself. A version that renames a member fails with its name.
/// </summary>
internal static class WolverineInternals
{
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
    private static readonly Type Delivery = Find("RabbitMqEnvelope");
    private static readonly Type Listener = Find("RabbitMqListener");
    private static readonly PropertyInfo DeliveredOn =
        Delivery.GetProperty(nameof(DeliveredOn), Members) ?? throw Missing(nameof(DeliveredOn));

    private static readonly PropertyInfo DeliveryTag =
        Delivery.GetProperty(nameof(DeliveryTag), Members) ?? throw Missing(nameof(DeliveryTag));
    private static readonly FieldInfo Consumer = Listener.GetField("_consumer", Members) ?? throw Missing("_consumer");
    private static readonly MethodInfo Reconnected = Listener.GetMethod("ReconnectedAsync", Members) ?? throw Missing("ReconnectedAsync");

    /// <summary>
    /// Puts a delivery back into its queue (<c>basic.nack</c> with <c>requeue</c>). Wolverine's own way acknowledges it and
    /// publishes a copy.
    /// </summary>
    public static ValueTask ReturnAsync(Envelope delivery) =>
        ((IChannel)DeliveredOn.GetValue(delivery)!).BasicNackAsync((ulong)DeliveryTag.GetValue(delivery)!, multiple: false, requeue: true);

    /// <summary>
    /// False when the broker has cancelled the consumer, as it does when the queue is deleted. Wolverine ignores the
    /// cancellation, and its listener still reports that it accepts messages.
    /// </summary>
    public static bool IsConsuming(ListeningAgent agent) =>
        Listener.IsInstanceOfType(agent.Listener)
        && Consumer.GetValue(agent.Listener) is AsyncDefaultBasicConsumer { IsRunning: true };

    /// <summary>
    /// Gives the listener a new channel and consumer, as Wolverine does after its connection has recovered, one at a time. A stop
    /// and a start would make a new listener instead, and the old one would come back with the connection.
    /// </summary>
    public static Task ReconnectAsync(ListeningAgent agent) => (Task)Reconnected.Invoke(agent.Listener, null)!;

    private static Type Find(string name) =>
        typeof(RabbitMqTransportExtensions).Assembly.GetType($"Wolverine.RabbitMQ.Internal.{name}") ?? throw Missing(name);

    private static MissingMemberException Missing(string name) => new($"Wolverine.RabbitMQ has no {name} any more");
}
