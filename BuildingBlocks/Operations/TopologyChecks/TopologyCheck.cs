using System.Text.Json;
using Fulfillment.Messaging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
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
        var (report, bindingsAreKnown) = await CompareAsync(ct);
        if (report.Differences.FirstOrDefault(difference => difference.IsMissing) is { } missing)
            readiness.Reset($"{missing.Kind} {missing.Name} is missing");
        // A process that may declare the bindings does so instead of assuming that they exist.
        else if (bindingsAreKnown || !options.Value.DeclareTopology) readiness.Complete(version);
        return report;
    }

    /// <summary>Parts that the named modules need and the broker lacks, for people; empty when the modules can work.</summary>
    public async Task<IReadOnlyList<string>> FindMissingAsync(IReadOnlyCollection<string> modules, CancellationToken ct) =>
    [
        .. (await RunAsync(ct)).Differences.Where(difference => difference.IsMissing && difference.IsNeededBy(modules))
            .Select(difference => $"{difference.Kind} {difference.Name}"),
    ];

    private async Task<(TopologyReport Report, bool BindingsAreKnown)> CompareAsync(CancellationToken ct)
    {
        TopologyDifference? unreachable = null;
        if (management.IsKnown)
        {
            try
            {
                return (Report(await management.ReadAsync(ct)), true);
            }
            catch (Exception e)
                when (!ct.IsCancellationRequested && e is HttpRequestException or OperationCanceledException or JsonException)
            {
                unreachable = new TopologyDifference(
                    "management", "RabbitMq__ManagementUri", "answers", e.Message, DifferenceSeverity.Warning);
            }
        }

        return (Report(await ReadByAmqpAsync(ct), unreachable), false);
    }

    private TopologyReport Report(ActualTopology actual, TopologyDifference? unreachable = null)
    {
        List<TopologyDifference> differences = [.. TopologyComparison.Differences(topology, declarer.ArgumentsOf, actual)];
        if (unreachable is not null) differences.Insert(0, unreachable);
        var isOk = differences.All(difference => difference.Severity != DifferenceSeverity.Error);
        return new TopologyReport(time.GetUtcNow(), isOk, differences);
    }

    private async Task<ActualTopology> ReadByAmqpAsync(CancellationToken ct)
    {
        var exchanges = new Dictionary<string, ActualExchange?>();
        var queues = new Dictionary<string, JsonElement?>();
        var channel = await broker.OpenChannelAsync(ct: ct);
        try
        {
            foreach (var exchange in topology.DeclaredExchanges)
            {
                if (await ExistsAsync(open => open.ExchangeDeclarePassiveAsync(exchange.Name, ct))) exchanges[exchange.Name] = null;
            }

            foreach (var queue in topology.DeclaredQueues)
            {
                if (await ExistsAsync(open => open.QueueDeclarePassiveAsync(queue.Name, ct))) queues[queue.Name] = null;
            }
        }
        finally
        {
            await channel.DisposeAsync();
        }

        return new ActualTopology(exchanges, queues, Bindings: null);

        async Task<bool> ExistsAsync(Func<IChannel, Task> ask)
        {
            // The answer "no" closes the channel.
            if (!channel.IsOpen)
            {
                await channel.DisposeAsync();
                channel = await broker.OpenChannelAsync(ct: ct);
            }

            try
            {
                await ask(channel);
                return true;
            }
            catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
            {
                return false;
            }
        }
    }
}
