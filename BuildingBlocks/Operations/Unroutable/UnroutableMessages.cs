using System.Text.Json;
using Fulfillment.Operations.DeadLetters;

namespace Fulfillment.Operations.Unroutable;

/// <summary>An unroutable message.</summary>
public sealed record UnroutableView(
    string Exchange, string RoutingKey, string? MessageId, string? Type, long BodyBytes, BodyView Body, JsonElement Headers);

/// <summary>Result of republishing.</summary>
/// <param name="Republished">Messages that a queue has taken.</param>
/// <param name="StillUnroutable">Messages that are still unroutable; they wait as before.</param>
/// <example>{ "republished": 5, "stillUnroutable": 0 }</example>
public sealed record RepublishView(int Republished, int StillUnroutable);

/// <summary>Reads the unroutable messages, and publishes them once more.</summary>
internal sealed class UnroutableMessages(BrokerConnection broker)
{
    private const int MaxRepublished = 10_000;
    private const int ShownBody = 4 * 1024;

    private const int MaxLooks = 50;
    private static readonly Dictionary<string, object?> NoHeaders = [];
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    // AMQP: with "multiple", the tag 0 stands for all messages of the channel.
    private const ulong AllTags = 0;

    // Tells a message that came back in this run from one that is new.
    private const string RunHeader = "republish-run";

    /// <summary>The first messages, which stay where they are. A concurrent caller sees other messages.</summary>
    public async Task<IReadOnlyList<UnroutableView>> PeekAsync(int limit, CancellationToken ct)
    {
        await using var channel = await broker.OpenChannelAsync(ct: ct);
        var seen = new List<UnroutableView>();
        while (seen.Count < limit && await GetAsync(channel, ct) is { } message) seen.Add(View(message));
        await ReturnAsync(channel, seen.Count);
        return seen;
    }

    /// <summary>
    /// Publishes once more the messages that are there now and were published to this exchange; the rest stays. Each message is
    /// acknowledged after the broker has confirmed its copy, so a crash doubles it and never loses it.
    /// </summary>
    public async Task<RepublishView> RepublishAsync(string exchange, CancellationToken ct)
    {
        await using var channel = await broker.OpenChannelAsync(new CreateChannelOptions(true, true), ct);
        var run = Guid.NewGuid().ToString();
        var waiting = Math.Min((await channel.QueueDeclarePassiveAsync(Topology.UnroutableQueue, ct)).MessageCount, MaxRepublished);
        var (published, others) = (0, 0);
        while (published + others < waiting && await GetAsync(channel, ct) is { } message)
        {
            if (message.Exchange != exchange)
            {
                others++;
                continue;
            }

            // The broker closes the channel of a publisher that names another user than its own, and a message that expires would
            // come back at once.
            var copy = new BasicProperties(message.BasicProperties)
            {
                Persistent = true,
                Headers = new Dictionary<string, object?>(message.BasicProperties.Headers ?? NoHeaders) { [RunHeader] = run },
            };
            copy.ClearUserId();
            copy.ClearExpiration();
            await channel.BasicPublishAsync(message.Exchange, message.RoutingKey, mandatory: true, copy, message.Body, ct);
            Failpoint.Hit("unrouted-after-confirm");
            await channel.BasicAckAsync(message.DeliveryTag, multiple: false, ct);
            published++;
        }

        await ReturnAsync(channel, others);
        // Messages of this run that have come back; they and new messages stay in the queue.
        var (back, looked) = (0, 0);
        while (looked < MaxRepublished + published && back < published && await GetAsync(channel, ct) is { } message)
        {
            looked++;
            if (message.BasicProperties.Headers?.Text(RunHeader) == run) back++;
        }

        await ReturnAsync(channel, looked);
        return new RepublishView(published - back, back);
    }

    private static Task<BasicGetResult?> GetAsync(IChannel channel, CancellationToken ct) =>
        channel.BasicGetAsync(Topology.UnroutableQueue, autoAck: false, ct);

    /// <summary>
    /// Puts the messages back that are not acknowledged, all at once so that they keep their order. It waits a little until the queue
    /// has them, for the next reader.
    /// </summary>
    private static async Task ReturnAsync(IChannel channel, int count)
    {
        if (count == 0) return;
        await channel.BasicNackAsync(AllTags, multiple: true, requeue: true, CancellationToken.None);
        for (var look = 0; look < MaxLooks; look++)
        {
            if (await channel.MessageCountAsync(Topology.UnroutableQueue, CancellationToken.None) >= count) return;
            await Task.Delay(BetweenLooks, CancellationToken.None);
        }
    }

    private static UnroutableView View(BasicGetResult message)
    {
        var properties = message.BasicProperties;
        var body = message.Body[..Math.Min(message.Body.Length, ShownBody)].ToArray();
        return new UnroutableView(
            message.Exchange, message.RoutingKey, properties.MessageId, properties.Type, message.Body.Length,
            BodyView.Of(body, body.Length < message.Body.Length),
            JsonSerializer.SerializeToElement((properties.Headers ?? NoHeaders).ToJson()));
    }
}
