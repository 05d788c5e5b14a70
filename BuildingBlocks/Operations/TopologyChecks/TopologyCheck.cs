using System.Text.Json;
using RabbitMQ.Client.Exceptions;

namespace Fulfillment.Operations.TopologyChecks;

/// <summary>
/// Compares the topology of the broker with what is declared: all of it through the management API, or through AMQP, which tells only
/// whether exchanges and queues exist.
/// </summary>
internal sealed class TopologyCheck(
    Topology topology, TopologyDeclarer declarer, TopologyReadiness readiness, BrokerConnection broker, ManagementApi management,
    IOptions<RabbitMqOptions> options, TimeProvider time)
{
    /// <summary>
    /// Compares now, and reports the result to <see cref="TopologyReadiness"/>. Throws the client's exceptions while the broker
    /// cannot be reached.
    /// </summary>
    public async Task<TopologyReport> RunAsync(CancellationToken ct)
    {
        var version = readiness.Version;
        var differences = new List<TopologyDifference>();
        var actual = await AskManagementAsync(differences, ct) ?? await AskByAmqpAsync(ct);
        differences.AddRange(TopologyComparison.Differences(topology, declarer.ArgumentsOf, actual));
        var missing = differences.Find(difference => difference.IsMissing);
        if (missing is not null) readiness.Reset($"{missing.Kind} {missing.Name} is missing");
        // A process that may declare the bindings does so instead of assuming that they exist.
        else if (actual.Bindings is not null || !options.Value.DeclareTopology) readiness.Complete(version);
        var isOk = differences.TrueForAll(difference => difference.Severity != DifferenceSeverity.Error);
        return new TopologyReport(time.GetUtcNow(), isOk, differences);
    }

    /// <summary>Parts that the named modules need and the broker lacks, for people; empty when the modules can work.</summary>
    public async Task<IReadOnlyList<string>> FindMissingAsync(IReadOnlyCollection<string> modules, CancellationToken ct) =>
    [
        .. (await RunAsync(ct)).Differences.Where(difference => difference.IsMissing && difference.IsNeededBy(modules))
            .Select(difference => $"{difference.Kind} {difference.Name}"),
    ];

    private async Task<ActualTopology?> AskManagementAsync(List<TopologyDifference> differences, CancellationToken ct)
    {
        if (!management.IsKnown) return null;
        try
        {
            return await management.ReadAsync(ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested && e is HttpRequestException or OperationCanceledException or JsonException)
        {
            differences.Add(new TopologyDifference(
                "management", "RabbitMq__ManagementUri", "answers", e.Message, DifferenceSeverity.Warning));
            return null;
        }
    }

    private async Task<ActualTopology> AskByAmqpAsync(CancellationToken ct)
    {
        var exchanges = new Dictionary<string, ActualExchange?>();
        var queues = new Dictionary<string, JsonElement?>();
        foreach (var name in topology.DeclaredExchanges.Select(exchange => exchange.Name))
        {
            if (await broker.ExistsAsync(channel => channel.ExchangeDeclarePassiveAsync(name, ct), ct)) exchanges[name] = null;
        }

        foreach (var name in topology.DeclaredQueues.Select(queue => queue.Name))
        {
            if (await broker.ExistsAsync(channel => channel.QueueDeclarePassiveAsync(name, ct), ct)) queues[name] = null;
        }

        return new ActualTopology(exchanges, queues, Bindings: null);
    }
}

/// <summary>Asks the broker about exchanges and queues by AMQP.</summary>
internal static class PassiveDeclaration
{
    /// <summary>True when the broker has what is declared passively. Its answer "no" closes the channel, so each has its own.</summary>
    public static async Task<bool> ExistsAsync(this BrokerConnection broker, Func<IChannel, Task> declare, CancellationToken ct)
    {
        await using var channel = await broker.OpenChannelAsync(ct: ct);
        try
        {
            await declare(channel);
            return true;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return false;
        }
    }
}
