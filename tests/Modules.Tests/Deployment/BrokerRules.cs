using System.Text.Json;
using System.Text.RegularExpressions;
using Fulfillment.Host;
using Fulfillment.Messaging;
using k8s.Models;

namespace Modules.Tests.Deployment;

/// <summary>The broker's users and nodes.</summary>
internal static partial class BrokerRules
{
    private const string File = "20-rabbitmq.yaml";
    private static readonly Topology Topology = ModuleCatalog.Topology;

    /// <summary>Every name that a permission can be about; the last is the exchange without a name, which leads to every queue.</summary>
    private static readonly IReadOnlyList<string> Names =
    [
        .. Topology.DeclaredExchanges.Select(exchange => exchange.Name), .. Topology.DeclaredQueues.Select(queue => queue.Name),
        .. Topology.Modules.Select(WatchOf), "amq.default", "amq.topic",
    ];

    public static IReadOnlyList<ManifestRule> All { get; } =
    [
        new(
            "A module writes to its own exchanges, reads its own queues and declares nothing but a watch", Permissions,
            new Mistake(File, "order-created-queue|", ""),
            new Mistake(File, "payment-dead-letter-queue|unrouted-queue", "payment-dead-letter-queue|order-created-queue|unrouted-queue"),
            new Mistake(File, @"^order\\.(events|queues|watch\\..*)$", @"^order\\..*$|^payment\\.events$"),
            new Mistake(File, @"|(order|inventory|payment)\\.events|", "|"),
            new Mistake(File, @"""configure"": ""^order\\.watch\\..*$""", @"""configure"": ""^order.*$"""),
            new Mistake(File, @"^notification\\.queues$", @"notification\\.events"),
            new Mistake(
                File, "\"user\": \"payment\", \"vhost\": \"/\", \"configure\": \"^$\"",
                "\"user\": \"payment\", \"vhost\": \"/\", \"configure\": \".*\""),
            new Mistake(File, "\"read\": \"^(inventory-reserved-queue", "\"read\": \"(inventory-reserved-queue")),
        new(
            "A rejected message leaves its queue only when the dead-letter queue has it", Policies,
            new Mistake(File, "\"dead-letter-strategy\": \"at-least-once\"", "\"dead-letter-strategy\": \"at-most-once\""),
            new Mistake(File, "\"overflow\": \"reject-publish\"", "\"overflow\": \"drop-head\""),
            new Mistake(File, ".*-queue$\", \"apply-to\"", "order-.*-queue$\", \"apply-to\"")),
        new(
            "Each process comes as the user of its module, with that user's password", Users,
            new Mistake("50-order-service.yaml", "amqp://order:", "amqp://payment:"),
            new Mistake("50-order-service.yaml", "@rabbitmq:15672", "@rabbit:15672"),
            new Mistake("50-order-service.yaml", "key: ORDER_RABBITMQ_PASSWORD", "key: RABBITMQ_PASSWORD"),
            new Mistake(File, "\"password\": \"${PAYMENT_RABBITMQ_PASSWORD}\"", "\"password\": \"${ORDER_RABBITMQ_PASSWORD}\""),
            new Mistake(File, "\"tags\": [\"management\"]", "\"tags\": [\"administrator\"]")),
        new(
            "Every password of the broker is filled in", Placeholders,
            new Mistake(File, " NOTIFICATION_RABBITMQ_PASSWORD; do", "; do"),
            new Mistake(File, "- name: ORDER_RABBITMQ_PASSWORD", "- name: ORDER_PASSWORD")),
        new(
            "Nodes know each other by the names that they have", Nodes,
            new Mistake(File, "first=rabbit@rabbitmq-0", "first=rabbit@rabbitmq-1"),
            new Mistake(File, "value: rabbit@$(POD_NAME).rabbitmq-nodes", "value: rabbit@$(POD_NAME).rabbitmq"),
            new Mistake(File, "publishNotReadyAddresses: true", "publishNotReadyAddresses: false"),
            new Mistake(File, "podManagementPolicy: Parallel", "podManagementPolicy: OrderedReady"),
            new Mistake(File, "serviceName: rabbitmq-nodes", "serviceName: rabbitmq-nodes\n  replicas: 1")),
    ];

    private static JsonElement Definitions(Manifests manifests) =>
        JsonDocument.Parse(manifests.One<V1ConfigMap>("rabbitmq").Data["definitions.json"]).RootElement;

    private static IEnumerable<string> Permissions(Manifests manifests) => Permissions(Definitions(manifests));

    /// <summary>What the users of the modules may do otherwise than they should.</summary>
    /// <param name="definitions">Definitions of the broker.</param>
    public static IEnumerable<string> Permissions(JsonElement definitions)
    {
        var permissions = definitions.GetProperty("permissions").EnumerateArray().ToList();
        foreach (var module in Topology.Modules)
        {
            var own = permissions.Single(
                permission => module.Name.Equals(permission.GetProperty("user").GetString(), StringComparison.OrdinalIgnoreCase));
            string[] watch = module.WatchesEvents ? [WatchOf(module)] : [];
            string[] written = [module.EventExchange, module.QueueExchange, .. watch];
            string[] read =
            [
                .. Topology.QueuesOf(module.Name), module.DeadLetterQueue, Topology.UnroutableQueue, .. watch,
                .. module.WatchesEvents ? Topology.TopicExchanges : [],
            ];
            if (own.GetProperty("vhost").GetString() != "/") yield return $"{module.Name} is somewhere else";
            foreach (var wrong in Wrong(own.GetProperty("configure").GetString()!, watch))
                yield return $"{module.Name}, configure: {wrong}";
            foreach (var wrong in Wrong(own.GetProperty("write").GetString()!, [.. written.Where(Names.Contains)]))
                yield return $"{module.Name}, write: {wrong}";
            foreach (var wrong in Wrong(own.GetProperty("read").GetString()!, read)) yield return $"{module.Name}, read: {wrong}";
        }
    }

    private static IEnumerable<string> Policies(Manifests manifests) => Policies(Definitions(manifests));

    /// <summary>Queues of the modules from which the broker may lose a message on its way to the dead letters.</summary>
    /// <param name="definitions">Definitions of the broker.</param>
    public static IEnumerable<string> Policies(JsonElement definitions)
    {
        var safe = definitions.GetProperty("policies")
            .EnumerateArray().Where(IsSafe).Select(policy => policy.GetProperty("pattern").GetString()!).ToList();
        return ModuleCatalog.All.SelectMany(module => Topology.QueuesOf(module.Name))
            .Where(queue => !safe.Any(pattern => Regex.IsMatch(queue, pattern)))
            .Select(queue => $"{queue} may lose messages that it rejects");

        static bool IsSafe(JsonElement policy) =>
            policy.GetProperty("apply-to").GetString() == "queues" &&
            policy.GetProperty("definition").GetProperty("dead-letter-strategy").GetString() == "at-least-once" &&
            policy.GetProperty("definition").GetProperty("overflow").GetString() == "reject-publish";
    }

    private static string WatchOf(ModuleTopology module) => $"{LiveEventFeed.PrefixOf(module.Name)}some-pod.12345678";

    private static IEnumerable<string> Wrong(string pattern, IReadOnlyList<string> wanted)
    {
        if (!pattern.StartsWith('^') || !pattern.EndsWith('$')) yield return $"'{pattern}' matches in the middle of names";
        var allowed = Names.Where(name => Regex.IsMatch(name, pattern)).ToList();
        foreach (var name in wanted.Except(allowed)) yield return $"not {name}";
        foreach (var name in allowed.Except(wanted)) yield return $"also {name}";
    }

    private static IEnumerable<string> Users(Manifests manifests)
    {
        var users = Definitions(manifests)
            .GetProperty("users").EnumerateArray().ToDictionary(user => user.GetProperty("name").GetString()!);
        foreach (var (name, user) in users)
        {
            if (user.GetProperty("tags")[0].GetString() != (name == "fulfillment" ? "administrator" : "management"))
                yield return $"{name} has other tags";
        }

        foreach (var workload in manifests.Workloads.Where(workload => workload.Pod.Containers[0].Image == Manifests.Image))
        {
            var environment = manifests.Environment(workload.Pod.Containers[0]);
            var user = environment.GetValueOrDefault("MODULES", "fulfillment").ToLowerInvariant();
            var password = manifests.Secret("passwords")[users[user].GetProperty("password").GetString()!.Trim('$', '{', '}')];
            if (environment["RabbitMq__Uri"] != $"amqp://{user}:{password}@rabbitmq:5672/")
                yield return $"{workload} cannot get into the broker";
            if (workload.Kind != "Job" && environment["RabbitMq__ManagementUri"] != $"http://{user}:{password}@rabbitmq:15672")
                yield return $"{workload} cannot look into the broker";
        }
    }

    private static IEnumerable<string> Placeholders(Manifests manifests)
    {
        var data = manifests.One<V1ConfigMap>("rabbitmq").Data;
        var placeholders = Placeholder().Matches(data["definitions.json"]).Select(match => match.Groups[1].Value).ToList();
        var filled = Loop().Match(data["write-definitions.sh"]).Groups[1].Value.Split(' ');
        var init = manifests.One<V1StatefulSet>("rabbitmq").Spec.Template.Spec.InitContainers.Single();
        var known = manifests.Environment(init).Keys;
        return
        [
            .. placeholders.Except(filled).Select(name => $"{name} is not filled in"),
            .. filled.Except(known).Select(name => $"{name} is not known where it is filled in"),
        ];
    }

    private static IEnumerable<string> Nodes(Manifests manifests)
    {
        var set = manifests.One<V1StatefulSet>("rabbitmq");
        var domain = $"{set.Spec.ServiceName}.{set.Metadata.NamespaceProperty}.svc.cluster.local";
        if (set.Spec.Replicas is not null) yield return "applying the file again would take nodes away from a cluster";
        if (set.Spec.PodManagementPolicy != "Parallel")
            yield return "after a stop of all nodes the first would wait for others that wait for it";
        if (manifests.One<V1Service>(set.Spec.ServiceName).Spec.PublishNotReadyAddresses != true)
            yield return "nodes that start do not find each other";
        var names = set.Spec.Template.Spec.InitContainers.Concat(set.Spec.Template.Spec.Containers)
            .Select(container => container.Env.Single(variable => variable.Name == "RABBITMQ_NODENAME").Value);
        if (names.Any(name => name != $"rabbit@$(POD_NAME).{domain}")) yield return "nodes have other names than their pods";
        var script = manifests.One<V1ConfigMap>("rabbitmq").Data["write-peers.sh"];
        if (!script.Contains($"first=rabbit@rabbitmq-0.{domain}\n", StringComparison.Ordinal))
            yield return "the first node is looked for under another name";
    }

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex("for name in (.*); do")]
    private static partial Regex Loop();
}
