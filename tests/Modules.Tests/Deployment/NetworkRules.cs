using k8s.Models;

namespace Modules.Tests.Deployment;

/// <summary>Who may talk to whom: exactly the connections that the system has.</summary>
internal static class NetworkRules
{
    private const string File = "70-network-policies.yaml";

    /// <summary>From, to and port, as app labels.</summary>
    private static readonly HashSet<(string From, string To, int Port)> Wanted =
    [
        .. new[] { ("order", 8081), ("inventory", 8082), ("payment", 8083), ("notification", 8084) }.SelectMany(module => new[]
        {
            ("nginx-gateway", $"{module.Item1}-service", module.Item2),
            ($"{module.Item1}-service", $"{module.Item1}-db", 5432),
            ($"{module.Item1}-service", "rabbitmq", 5672),
            ($"{module.Item1}-service", "rabbitmq", 15672),
            ("migrate", $"{module.Item1}-db", 5432),
        }),
        ("migrate", "rabbitmq", 5672),
        ("rabbitmq", "rabbitmq", 4369),
        ("rabbitmq", "rabbitmq", 25672),
    ];

    public static IReadOnlyList<ManifestRule> All { get; } =
    [
        new(
            "All traffic is denied that is not listed",
            manifests => Denying(manifests).Count() == 1 ? [] : ["there is no policy that denies everything"],
            new Mistake(File, "podSelector: {}\n  policyTypes: [Ingress, Egress]", "podSelector: {}\n  policyTypes: [Ingress]")),
        new(
            "Pods reach what they need and nothing else", Connections,
            new Mistake(
                File, "app: order-db } } }]\n      ports: [{ port: 5432 }]", "app: payment-db } } }]\n      ports: [{ port: 5432 }]"),
            new Mistake(
                File, "- podSelector: { matchLabels: { app: order-service } }\n        - podSelector: { matchLabels: { app: migrate } }",
                "- podSelector: {}"),
            new Mistake(File, "ports: [{ port: 5672 }, { port: 15672 }]", "ports: [{ port: 5672 }]"),
            new Mistake(File, "ports: [{ port: 8083 }]", "ports: [{ port: 8084 }]"),
            new Mistake(
                File, "{ app: rabbitmq } } }]\n      ports: [{ port: 4369 }, { port: 25672 }]\n  egress",
                "{ app: rabbit } } }]\n      ports: [{ port: 4369 }, { port: 25672 }]\n  egress")),
        new(
            "The gateway can be reached, and names can be looked up", manifests => Openings(manifests),
            new Mistake(File, "        - { port: 8080 }\n", ""), new Mistake(File, "k8s-app: kube-dns", "app: kube-dns"),
            new Mistake(File, "{ protocol: UDP, port: 53 }", "{ protocol: UDP, port: 5353 }")),
        new(
            "Only a Prometheus may scrape", manifests => Metrics(manifests),
            new Mistake(File, "{ port: 15692 }]", "{ port: 15691 }]"),
            new Mistake(File, "- podSelector: { matchLabels: { app.kubernetes.io/name: prometheus } }", "- podSelector: {}"),
            new Mistake(File, "values: [order-service, ", "values: [")),
        new(
            "Traces go to a collector and nowhere else", manifests => Traces(manifests),
            new Mistake(File, "{ port: 4317 }", "{ port: 4316 }"),
            new Mistake(File, "payment-service, notification-service] }] }", "payment-service] }] }"),
            new Mistake(File, "- podSelector: { matchLabels: { app.kubernetes.io/name: opentelemetry-collector } }", "- podSelector: {}")),
    ];

    private static IEnumerable<V1NetworkPolicy> Denying(Manifests manifests) => manifests.All<V1NetworkPolicy>().Where(policy =>
        policy.Spec is { Ingress: null, Egress: null, PolicyTypes: ["Ingress", "Egress"] }
            && policy.Spec.PodSelector is { MatchLabels: null, MatchExpressions: null });

    // A connection needs both sides' leave.
    private static IEnumerable<string> Connections(Manifests manifests)
    {
        var apps = manifests.Workloads.Select(workload => workload.App).ToHashSet();
        var leave = new HashSet<(string From, string To, int Port)>();
        var entry = new HashSet<(string From, string To, int Port)>();
        foreach (var policy in manifests.All<V1NetworkPolicy>().Where(policy => policy.Spec.PodSelector.MatchLabels is not null))
        {
            var self = policy.Spec.PodSelector.MatchLabels["app"];
            foreach (var rule in policy.Spec.Egress ?? [])
                leave.UnionWith(from peer in rule.To from port in rule.Ports select (self, App(peer), Number(port)));
            foreach (var rule in (policy.Spec.Ingress ?? []).Where(rule => rule.FromProperty is not null))
                entry.UnionWith(from peer in rule.FromProperty from port in rule.Ports select (App(peer), self, Number(port)));
        }

        var both = leave.Intersect(entry).ToHashSet();
        return
        [
            .. Wanted.Except(both).Select(missing => $"{missing.From} does not reach {missing.To} at {missing.Port}"),
            .. leave.Union(entry).Except(Wanted).Except([("migrate", "rabbitmq", 15672)]).Select(more => $"{more} is more than is needed"),
            .. leave.Union(entry).SelectMany(connection => new[] { connection.From, connection.To })
                .Except(apps).Select(app => $"there are no pods '{app}'"),
        ];
    }

    private static IEnumerable<string> Openings(Manifests manifests)
    {
        var open = manifests.One<V1NetworkPolicy>("nginx-gateway").Spec.Ingress.Where(rule => rule.FromProperty is null)
            .SelectMany(rule => rule.Ports);
        var listening = manifests.Workloads.Single(workload => workload.App == "nginx-gateway").Pod.Containers[0].Ports.Select(
            port => port.ContainerPort);
        if (!open.Select(Number).Order().SequenceEqual(listening.Order())) yield return "not every port of the gateway is open";
        var names = manifests.One<V1NetworkPolicy>("look-names-up").Spec;
        var ports = names.Egress.Single().Ports.Select(port => (port.Protocol, Number(port))).ToList();
        if (names.PodSelector.MatchLabels is not null || !ports.Contains(("UDP", 53)) || !ports.Contains(("TCP", 53))
            || !names.Egress[0].To.Single().PodSelector.MatchLabels.Contains(new("k8s-app", "kube-dns")))
        {
            yield return "names cannot be looked up";
        }
    }

    private static IEnumerable<string> Metrics(Manifests manifests)
    {
        var policy = manifests.One<V1NetworkPolicy>("metrics").Spec;
        var apps = policy.PodSelector.MatchExpressions.Single().Values;
        string[] scraped = [.. manifests.Services.Select(service => service.App), "rabbitmq"];
        if (!apps.Order().SequenceEqual(scraped.Order())) yield return "not everything that has metrics can be scraped";
        var rule = policy.Ingress.Single();
        if (!rule.Ports.Select(Number).Order().SequenceEqual([8081, 8082, 8083, 8084, 15692]))
            yield return "the ports are not those of the metrics";
        if (rule.FromProperty.Any(peer => peer.PodSelector?.MatchLabels?.Contains(new("app.kubernetes.io/name", "prometheus")) != true))
            yield return "others may scrape, too";
    }

    private static IEnumerable<string> Traces(Manifests manifests)
    {
        var policy = manifests.One<V1NetworkPolicy>("traces").Spec;
        var selected = policy.PodSelector.MatchExpressions.Single().Values;
        if (!selected.Order().SequenceEqual(manifests.Services.Select(service => service.App).Order()))
            yield return "not every service reaches a collector";
        var rule = policy.Egress.Single();
        if (!rule.Ports.Select(Number).Order().SequenceEqual([4317, 4318])) yield return "the ports are not those of OTLP";
        if (rule.To.Any(peer => peer.PodSelector?.MatchLabels?.Contains(new("app.kubernetes.io/name", "opentelemetry-collector")) != true))
            yield return "something else is reached, too";
    }

    private static string App(V1NetworkPolicyPeer peer) =>
        peer.NamespaceSelector is null && peer.PodSelector?.MatchLabels?.TryGetValue("app", out var app) == true ? app : "anybody";

    private static int Number(V1NetworkPolicyPort port) =>
        int.Parse(port.Port.ToString(), System.Globalization.CultureInfo.InvariantCulture);
}
