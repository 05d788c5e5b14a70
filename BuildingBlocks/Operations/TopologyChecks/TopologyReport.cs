using System.Globalization;
using System.Text.Json;

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

    private static IEnumerable<TopologyDifference> Exchange(DeclaredExchange declared, ActualTopology actual) => Differences(
        actual.Exchanges.TryGetValue(declared.Name, out var found), Missing("exchange", declared.Name, declared.Type, declared.Module),
        new() { ["type"] = declared.Type, ["alternate exchange"] = declared.Alternate },
        found is null ? null : new() { ["type"] = found.Type, ["alternate exchange"] = found.Alternate });

    private static IEnumerable<TopologyDifference> Queue(
        DeclaredQueue declared, Dictionary<string, object?> arguments, ActualTopology actual) => Differences(
        actual.Queues.TryGetValue(declared.Name, out var found),
        Missing("queue", declared.Name, $"{arguments["x-queue-type"]} queue", declared.Module),
        arguments, found?.EnumerateObject().ToDictionary(argument => argument.Name, object? (argument) => argument.Value));

    private static IEnumerable<TopologyDifference> Differences(
        bool exists, TopologyDifference missing, Dictionary<string, object?> expected, Dictionary<string, object?>? actual)
    {
        if (!exists) return [missing];
        if (actual is null) return [];
        return expected.Keys.Union(actual.Keys)
            .Select(name => missing with { Expected = Text(expected, name), Actual = Text(actual, name) })
            .Where(difference => difference.Expected != difference.Actual);

        static string Text(Dictionary<string, object?> properties, string name) =>
            $"{name} {(properties.GetValueOrDefault(name) is { } value ? Convert.ToString(value, CultureInfo.InvariantCulture) : "none")}";
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
            .Select(binding => Missing(
                "binding", $"{binding.Exchange} -> {binding.Queue}", $"routing key '{binding.RoutingKey}'", binding.Module));
    }

    private static TopologyDifference Missing(string kind, string name, string expected, string? module) =>
        new(kind, name, expected, TopologyDifference.Missing, DifferenceSeverity.Error) { Module = module };
}
