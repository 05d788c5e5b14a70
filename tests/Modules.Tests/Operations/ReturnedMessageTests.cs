using System.Text;
using Fulfillment.Host;
using Fulfillment.Messaging;
using Fulfillment.Operations.DeadLetters;
using RabbitMQ.Client;

namespace Modules.Tests.Operations;

public sealed class ReturnedMessageTests
{
    private static readonly Topology Topology = ModuleCatalog.Topology;

    [Fact]
    public void A_rejected_message_that_was_not_dead_lettered_goes_back_to_its_queue()
    {
        var returned = Of("order-created-queue", "rejected");

        returned.ShouldNotBeNull();
        (returned.Queue, Encoding.UTF8.GetString(returned.Body), returned.Properties.MessageId, returned.Properties.Persistent)
            .ShouldBe(("order-created-queue", "{}", "an id", true));
        returned.Properties.Headers.ShouldBe(
            new Dictionary<string, object?> { ["theirs"] = "7", ["dead-letter-returns"] = 1 }, ignoreOrder: true);
    }

    [Theory]
    [InlineData("order-created-queue", "expired")]
    [InlineData("order-created-queue", "maxlen")]
    [InlineData("order-created-queue", "delivery_limit")]
    [InlineData("a-queue-of-others", "rejected")]
    public void A_message_that_the_broker_moved_for_another_reason_or_from_elsewhere_stays(string queue, string reason) =>
        Of(queue, reason).ShouldBeNull();

    [Fact]
    public void A_message_that_was_given_up_stays() =>
        Of("order-created-queue", "rejected", (FailureHeaders.ExceptionType, Encoding.UTF8.GetBytes("System.Exception"))).ShouldBeNull();

    [Fact]
    public void A_message_that_comes_again_and_again_stays_in_the_end()
    {
        var returns = 0;
        while (Of("order-created-queue", "rejected", (FailureHeaders.Returns, returns)) is not null) returns++;

        returns.ShouldBe(20);
    }

    [Fact]
    public void A_message_goes_back_without_the_user_of_its_sender_and_without_an_expiry()
    {
        var returned = ReturnedMessage.Of(
            new BasicProperties { UserId = "another-user", Expiration = "1", Headers = Rejected("order-created-queue", "rejected") },
            "{}"u8, Topology);

        returned.ShouldNotBeNull();
        returned.Properties.IsUserIdPresent().ShouldBeFalse("the broker closes the channel of a publisher that names another user");
        returned.Properties.IsExpirationPresent().ShouldBeFalse("it would expire again");
    }

    private static ReturnedMessage? Of(string queue, string reason, params (string Name, object Value)[] more)
    {
        var headers = Rejected(queue, reason);
        foreach (var (name, value) in more) headers[name] = value;
        return ReturnedMessage.Of(new BasicProperties { MessageId = "an id", Headers = headers }, "{}"u8, Topology);
    }

    private static Dictionary<string, object?> Rejected(string queue, string reason) => new()
    {
        ["theirs"] = "7",
        ["x-death"] = new List<object?>
        {
            new Dictionary<string, object?>
            {
                ["queue"] = Encoding.UTF8.GetBytes(queue), ["reason"] = Encoding.UTF8.GetBytes(reason), ["count"] = 1L,
            },
        },
    };
}
