using System.Text.Json;
using Fulfillment.Messaging;

namespace Fulfillment.Operations.TopologyChecks;

/// <summary>Severity of a difference.</summary>
public enum DifferenceSeverity
{
    /// <summary>Nothing is wrong.</summary>
    Info,

    /// <summary>A part of the topology could not be checked.</summary>
    Warning,

    /// <summary>Messages do not reach their consumer, or are set aside wrongly.</summary>
    Error,
}

/// <summary>A part of the broker's topology that is not as declared.</summary>
/// <param name="Kind"><c>exchange</c>, <c>queue</c>, <c>binding</c> or <c>management</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Expected">Its declared state.</param>
/// <param name="Actual">Its state in the broker.</param>
/// <param name="Severity">Severity of the difference.</param>
public sealed record TopologyDifference(string Kind, string Name, string Expected, string Actual, DifferenceSeverity Severity)
{
    /// <summary>Value of <see cref="Actual"/> for a missing part.</summary>
    public const string Missing = "missing";

    /// <summary>Module that needs it; null when all do.</summary>
    internal string? Module { get; init; }

    internal bool IsMissing => Severity == DifferenceSeverity.Error && Actual == Missing;

    internal bool IsNeededBy(IReadOnlyCollection<string> modules) => Module is null || modules.Contains(Module);
}

/// <summary>The topology of the broker, compared with what is declared.</summary>
public sealed record TopologyReport(DateTimeOffset CheckedAt, bool Ok, IReadOnlyList<TopologyDifference> Differences);

/// <summary>Topology of a broker. A null value means that the protocol of the check cannot tell it.</summary>
/// <param name="Exchanges">Exchanges with their properties.</param>
/// <param name="Queues">Queues with their arguments.</param>
/// <param name="Bindings">Exchange, queue and routing key of each binding.</param>
internal sealed record ActualTopology(
    IReadOnlyDictionary<string, ActualExchange?> Exchanges, IReadOnlyDictionary<string, JsonElement?> Queues,
    IReadOnlySet<(string Exchange, string Queue, string RoutingKey)>? Bindings);

internal sealed record ActualExchange(string Type, string? Alternate);

/// <summary>Compares the declared topology with the broker's.</summary>
internal static class TopologyComparison
{
    public static IEnumerable<TopologyDifference> Differences(
        Topology declared, Func<DeclaredQueue, Dictionary<string, object?>> argumentsOf, ActualTopology actual) =>
    [
        .. declared.DeclaredExchanges.SelectMany(exchange => Exchange(exchange, actual)),
        .. declared.DeclaredQueues.SelectMany(queue => Queue(queue, argumentsOf(queue), actual)),
        .. Bindings(declared, actual),
        .. actual.Queues.Keys.Except(declared.DeclaredQueues.Select(queue => queue.Name))
            .Where(name => !name.StartsWith("amq.", StringComparison.Ordinal) && !LiveEventFeed.IsOfWatch(name))
            .Order(StringComparer.Ordinal)
            .Select(name => new TopologyDifference("queue", name, "not declared", "exists", DifferenceSeverity.Info)),
    ];

    private static IEnumerable<TopologyDifference> Exchange(DeclaredExchange declared, ActualTopology actual)
    {
        if (!actual.Exchanges.TryGetValue(declared.Name, out var exchange))
        {
            yield return Error("exchange", declared.Name, declared.Type, TopologyDifference.Missing, declared.Module);
            yield break;
        }

        if (exchange is null) yield break;
        if (exchange.Type != declared.Type)
            yield return Error("exchange", declared.Name, $"type {declared.Type}", $"type {exchange.Type}", declared.Module);
        if (exchange.Alternate != declared.Alternate)
        {
            yield return Error(
                "exchange", declared.Name, $"alternate exchange {declared.Alternate ?? "none"}",
                $"alternate exchange {exchange.Alternate ?? "none"}", declared.Module);
        }
    }

    private static IEnumerable<TopologyDifference> Queue(
        DeclaredQueue declared, Dictionary<string, object?> arguments, ActualTopology actual)
    {
        if (!actual.Queues.TryGetValue(declared.Name, out var queue))
        {
            yield return Error("queue", declared.Name, $"{arguments["x-queue-type"]} queue", TopologyDifference.Missing, declared.Module);
            yield break;
        }

        if (queue is not { } present) yield break;
        var existing = present.EnumerateObject().ToDictionary(argument => argument.Name, argument => argument.Value.ToString());
        foreach (var name in arguments.Keys.Union(existing.Keys))
        {
            var expected = arguments.TryGetValue(name, out var wanted)
                ? Convert.ToString(wanted, System.Globalization.CultureInfo.InvariantCulture)!
                : "none";
            var there = existing.GetValueOrDefault(name, "none");
            if (expected != there) yield return Error("queue", declared.Name, $"{name} {expected}", $"{name} {there}", declared.Module);
        }
    }

    private static IEnumerable<TopologyDifference> Bindings(Topology declared, ActualTopology actual)
    {
        if (actual.Bindings is null)
        {
            return
            [
                new TopologyDifference(
                    "binding", "*", $"{declared.DeclaredBindings.Count} bindings", "unknown without RabbitMq__ManagementUri",
                    DifferenceSeverity.Info),
            ];
        }

        return declared.DeclaredBindings
            .Where(binding => !actual.Bindings.Contains((binding.Exchange, binding.Queue, binding.RoutingKey)))
            .Select(binding => Error(
                "binding", $"{binding.Exchange} -> {binding.Queue}", $"routing key '{binding.RoutingKey}'",
                TopologyDifference.Missing, binding.Module));
    }

    private static TopologyDifference Error(string kind, string name, string expected, string actual, string? module) =>
        new(kind, name, expected, actual, DifferenceSeverity.Error) { Module = module };
}
