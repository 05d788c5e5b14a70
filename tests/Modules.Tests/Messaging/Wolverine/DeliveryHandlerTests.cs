using System.Text.Json;
using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Messaging;
using Fulfillment.Messaging.Wolverine;
using Microsoft.Extensions.DependencyInjection;

namespace Modules.Tests.Messaging.Wolverine;

/// <summary>How the body of a delivery comes to the consumer of its queue.</summary>
public sealed class DeliveryHandlerTests
{
    private readonly Recorder _recorder = new();

    [Fact]
    public async Task Consumer_gets_the_event_within_its_log_context()
    {
        var message = new PaymentFailedEvent(7, "CUST-1", 10m, "No", "NO") { EventId = Guid.NewGuid(), CorrelationId = null };

        await ConsumeAsync("a-queue", JsonSerializer.SerializeToUtf8Bytes(message, ContractsJson.Default.PaymentFailedEvent));

        _recorder.Message.ShouldNotBeNull().EventId.ShouldBe(message.EventId);
        _recorder.Context.ShouldBe(new MessageLogContext("Recording", 7, message.EventId, message.EventId));
    }

    [Fact]
    public async Task Event_without_an_id_does_not_reach_the_consumer()
    {
        var message = new PaymentFailedEvent(7, "CUST-1", 10m, "No", "NO") { EventId = Guid.Empty };

        await Should.ThrowAsync<InvalidMessageException>(() => ConsumeAsync(
            "a-queue", JsonSerializer.SerializeToUtf8Bytes(message, ContractsJson.Default.PaymentFailedEvent)));

        _recorder.Message.ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"orderId\":\"seven\"}")]
    public async Task Body_that_is_no_event_does_not_reach_the_consumer(string body)
    {
        await Should.ThrowAsync<InvalidMessageException>(() => ConsumeAsync("a-queue", System.Text.Encoding.UTF8.GetBytes(body)));

        _recorder.Message.ShouldBeNull();
    }

    private Task ConsumeAsync(string queue, byte[] body) =>
        new DeliveryHandler(new Topology([new ModuleTopology("Recording", [Subscription.To<PaymentFailedEvent, Recorder>("a-queue")])]))
            .ConsumeAsync(queue, body, new ServiceCollection().AddSingleton(_recorder).BuildServiceProvider(), CancellationToken.None);

    private sealed class Recorder : IConsumer<PaymentFailedEvent>
    {
        public PaymentFailedEvent? Message { get; private set; }

        public MessageLogContext? Context { get; private set; }

        public Task HandleAsync(PaymentFailedEvent message, CancellationToken ct)
        {
            (Message, Context) = (message, MessageLogContext.Current);
            return Task.CompletedTask;
        }
    }
}
