using System.Text;
using Fulfillment.Messaging.Wolverine;
using Fulfillment.Operations.DeadLetters;
using RabbitMQ.Client;
using Wolverine;

namespace Modules.Tests.Messaging.Wolverine;

public sealed class DeliveryMapperTests
{
    private const string Trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    [Fact]
    public void Headers_that_would_make_us_answer_are_not_read()
    {
        var envelope = Map(new BasicProperties
        {
            ReplyTo = "queue-of-the-sender",
            CorrelationId = Guid.NewGuid().ToString(),
            Headers = new Dictionary<string, object?>
            {
                ["reply-uri"] = Encoding.UTF8.GetBytes("rabbitmq://queue/evil"), ["ack-requested"] = Encoding.UTF8.GetBytes("true"),
                ["reply-requested"] = Encoding.UTF8.GetBytes("Anything"), ["message-type"] = Encoding.UTF8.GetBytes("Anything"),
                ["content-type"] = Encoding.UTF8.GetBytes("binary/wolverine"), ["attempts"] = Encoding.UTF8.GetBytes("99"),
                ["tenant-id"] = Encoding.UTF8.GetBytes("t"), ["saga-id"] = Encoding.UTF8.GetBytes("s"),
            },
        });

        envelope.ReplyUri.ShouldBeNull();
        envelope.AckRequested.ShouldBeFalse();
        envelope.ReplyRequested.ShouldBeNull();
        envelope.ContentType.ShouldBe("application/json");
        envelope.Attempts.ShouldBe(0);
        envelope.TenantId.ShouldBeNull();
        envelope.SagaId.ShouldBeNull();
        envelope.Headers.ShouldBeEmpty();
    }

    [Fact]
    public void A_message_id_names_the_envelope()
    {
        var id = Guid.NewGuid();

        Map(new BasicProperties { MessageId = id.ToString() }).Id.ShouldBe(id);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not-a-guid")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    public void A_message_without_a_usable_id_gets_one(string? messageId)
    {
        var properties = new BasicProperties();
        if (messageId is not null) properties.MessageId = messageId;

        var ids = new[] { Map(properties).Id, Map(properties).Id };

        ids.ShouldNotContain(Guid.Empty);
        ids.ShouldBeUnique();
    }

    [Fact]
    public void The_trace_of_the_sender_is_continued() =>
        Map(With(Encoding.ASCII.GetBytes(Trace))).ParentId.ShouldBe(Trace);

    [Fact]
    public void A_trace_that_is_none_is_ignored()
    {
        Map(With("text, not bytes")).ParentId.ShouldBeNull();
        Map(With(new byte[65])).ParentId.ShouldBeNull();
        Map(With(null)).ParentId.ShouldBeNull();
        Map(new BasicProperties()).ParentId.ShouldBeNull();
    }

    [Fact]
    public void No_copy_is_made_of_a_message() =>
        Should.Throw<OperationCanceledException>(() => new DeliveryMapper().MapEnvelopeToOutgoing(new Envelope(), new BasicProperties()));

    [Fact]
    public void A_dead_letter_has_the_properties_that_its_message_came_with()
    {
        var own = new BasicProperties
        {
            MessageId = Guid.NewGuid().ToString(), Type = "ORDER_CREATED", ContentType = "application/json",
            Headers = With(Encoding.ASCII.GetBytes(Trace)).Headers,
        };
        var foreign = new BasicProperties
        {
            MessageId = "not a UUID", Type = "Something", Headers = new Dictionary<string, object?> { ["dead-letter-id"] = "7" },
        };

        foreach (var properties in new[] { own, foreign })
        {
            var envelope = new Envelope();
            new DeliveryMapper().MapIncomingToEnvelope(envelope, properties);
            var original = envelope.Message.ShouldBeOfType<Delivery>().Properties;

            (original.MessageId, original.Type, original.ContentType)
                .ShouldBe((properties.MessageId, properties.Type, properties.ContentType));
            original.Headers!.ToJson().ToJsonString().ShouldBe(properties.Headers!.ToJson().ToJsonString());
        }
    }

    private static BasicProperties With(object? trace) => new() { Headers = new Dictionary<string, object?> { ["traceparent"] = trace } };

    private static Envelope Map(BasicProperties properties)
    {
        var envelope = new Envelope();
        new DeliveryMapper().MapIncomingToEnvelope(envelope, properties);
        return envelope;
    }
}
