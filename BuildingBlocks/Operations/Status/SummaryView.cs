namespace Fulfillment.Operations.Status;

/// <summary>State of a module, as the process sees it that was asked. A number that is unavailable is null.</summary>
/// <param name="Module">Name of the module.</param>
/// <param name="Version">Version of the program.</param>
/// <param name="Commit">State of the sources that it was built from.</param>
/// <param name="Instance">The process.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="Now">Its time.</param>
/// <param name="Modules">Modules that it runs.</param>
/// <param name="Queues">Queues of the module.</param>
/// <param name="DeadLetters">Open dead letters.</param>
/// <param name="Unrouted">Unroutable messages of the whole system.</param>
/// <param name="OutboxPending">Events that are stored and not published yet; null also for a module without an outbox.</param>
/// <param name="ActiveReservations">Orders that stock is held for; null for every module that holds none.</param>
/// <param name="InvariantViolations">Violations that the last audit has found; null also when another replica audits.</param>
/// <param name="Settings">Settings of the process, secrets masked.</param>
/// <param name="Links">Where to look further.</param>
public sealed record SummaryView(
    string Module, string Version, string? Commit, string Instance, DateTimeOffset StartedAt, DateTimeOffset Now,
    IReadOnlyList<string> Modules, IReadOnlyList<QueueView> Queues, long? DeadLetters, long? Unrouted, long? OutboxPending,
    long? ActiveReservations, long? InvariantViolations, IReadOnlyDictionary<string, string> Settings, LinksView Links);

/// <summary>A queue that the module listens to.</summary>
/// <param name="Queue">Name of the queue.</param>
/// <param name="Exchange">Exchange that it is bound to.</param>
/// <param name="RoutingKey">Key that it is bound by.</param>
/// <param name="Event">Event that it carries.</param>
/// <param name="Messages">Messages in it.</param>
/// <param name="Consumers">Listeners, of all processes.</param>
/// <param name="PublishPerSecond">Messages that come in.</param>
/// <param name="AckPerSecond">Messages that are done.</param>
public sealed record QueueView(
    string Queue, string Exchange, string RoutingKey, string Event, long? Messages, long? Consumers, double? PublishPerSecond,
    double? AckPerSecond);

/// <summary>Where to look further.</summary>
/// <param name="RabbitMq">The broker's own console; null when no setting names it.</param>
/// <param name="ApiDocs">Documentation of the API.</param>
public sealed record LinksView(string? RabbitMq, string ApiDocs);
