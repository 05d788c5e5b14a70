using k8s.Models;

namespace Modules.Tests.Deployment;

/// <summary>What refers to something else in the manifests finds it.</summary>
internal static class WiringRules
{
    private const string Order = "50-order-service.yaml";
    private const string Inventory = "51-inventory-service.yaml";
    private const string Gateway = "61-gateway.yaml";
    private const string Databases = "30-databases.yaml";

    public static IReadOnlyList<ManifestRule> All { get; } =
    [
        new(
            "Selectors select the pods of their own object", manifests => manifests.Workloads.SelectMany(Selectors),
            new Mistake(Order, "matchLabels:\n      app: order-service", "matchLabels:\n      app: orders"),
            new Mistake(
                Order, "labelSelector:\n            matchLabels:\n              app: order-service",
                "labelSelector:\n            matchLabels:\n              app: payment-service"),
            new Mistake(
                Inventory, "labelSelector:\n                matchLabels:\n                  app: inventory-service",
                "labelSelector:\n                matchLabels:\n                  app: order-service")),
        new(
            "A service selects one kind of pods, and its ports are theirs",
            manifests => manifests.All<V1Service>().SelectMany(service => Ports(manifests, service)),
            new Mistake(Order, "selector:\n    app: order-service", "selector:\n    app: order"),
            new Mistake(Order, "targetPort: http", "targetPort: web"),
            new Mistake(Order, "containerPort: 8081", "containerPort: 8080"),
            new Mistake(Gateway, "port: 8082, targetPort: inventory", "port: 8082, targetPort: order"),
            new Mistake(Databases, "port: 5432, targetPort: postgres", "port: 5433, targetPort: postgres")),
        new(
            "Replicas of a service are found one by one, those of the gateway by their node",
            manifests => manifests.All<V1Service>()
                .Where(service => !IsFoundRightly(manifests, service)).Select(service => service.Metadata.Name),
            new Mistake(Order, "clusterIP: None\n", "type: ClusterIP\n"),
            new Mistake(Gateway, "externalTrafficPolicy: Local", "externalTrafficPolicy: Cluster")),
        new(
            "Names of ports, volumes, services and objects that are used exist",
            manifests => manifests.Workloads.SelectMany(workload => Names(manifests, workload)),
            new Mistake(Order, "path: /health/live, port: http", "path: /health/live, port: web"),
            new Mistake(Inventory, "{ name: imports, mountPath: /imports }", "{ name: uploads, mountPath: /imports }"),
            new Mistake(Inventory, "claimName: imports", "claimName: uploads"),
            new Mistake("20-rabbitmq.yaml", "configMap: { name: rabbitmq }", "configMap: { name: rabbit }"),
            new Mistake(Gateway, "key: nginx.conf, path", "key: nginx, path"),
            new Mistake("20-rabbitmq.yaml", "serviceName: rabbitmq-nodes", "serviceName: rabbitmq-peers"),
            new Mistake("20-rabbitmq.yaml", "subPath: enabled_plugins", "subPath: plugins")),
        new(
            "Every service and the gateway keep replicas when nodes are emptied, and services are scaled", Keepers,
            new Mistake(
                "52-payment-service.yaml", "kind: PodDisruptionBudget\nmetadata:\n  name: payment-service",
                "kind: PodDisruptionBudget\nmetadata:\n  name: payments"),
            new Mistake(
                "52-payment-service.yaml", "maxUnavailable: 1\n  selector:\n    matchLabels:\n      app: payment-service",
                "maxUnavailable: 1\n  selector:\n    matchLabels:\n      app: payments"),
            new Mistake(Inventory, "maxUnavailable: 2", "maxUnavailable: 1"),
            new Mistake("80-autoscaling.yaml", "kind: Deployment\n    name: payment-service", "kind: Deployment\n    name: payments"),
            new Mistake("80-autoscaling.yaml", "minReplicas: 2", "minReplicas: 1")),
        new(
            "Replicas are spread, or are where their volume is",
            manifests => manifests.All<V1Deployment>().Where(d => !IsPlaced(d.Spec.Template.Spec)).Select(d => d.Metadata.Name),
            new Mistake(Order, "topologyKey: kubernetes.io/hostname", "topologyKey: kubernetes.io/os"),
            new Mistake(Inventory, "      affinity:\n        podAffinity:", "      affinity:\n        podAntiAffinity:")),
    ];

    private static IEnumerable<string> Selectors(Workload workload)
    {
        var labels = workload.Template.Metadata.Labels;
        if (workload.Kind != "Job" && workload.Selector!.MatchLabels.Any(wanted => !labels.Contains(wanted)))
            yield return $"{workload} does not select its own pods";
        var apart = workload.Pod.Affinity?.PodAntiAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? [];
        var selectors = (workload.Pod.TopologySpreadConstraints ?? []).Select(constraint => constraint.LabelSelector)
            .Concat(Together(workload.Pod).Select(term => term.LabelSelector))
            .Concat(apart.Select(term => term.PodAffinityTerm.LabelSelector));
        if (selectors.Any(selector => selector.MatchLabels.Any(wanted => !labels.Contains(wanted))))
            yield return $"{workload} is placed beside pods of something else";
        if (workload.Name != labels["app"]) yield return $"{workload} has the label app: {labels["app"]}";
    }

    private static IEnumerable<string> Ports(Manifests manifests, V1Service service)
    {
        var name = service.Metadata.Name;
        var selected = manifests.Workloads.Where(
            workload => service.Spec.Selector.All(workload.Template.Metadata.Labels.Contains)).ToList();
        if (selected.Count != 1)
        {
            yield return $"{name} selects {selected.Count} kinds of pods";
            yield break;
        }

        foreach (var port in service.Spec.Ports)
        {
            var target = selected[0].Pod.Containers.SelectMany(container => container.Ports)
                .SingleOrDefault(candidate => candidate.Name == port.TargetPort.ToString());
            if (target is null) yield return $"{name}: port {port.Port} leads to '{port.TargetPort}', which does not exist";
            else if (target.ContainerPort != port.Port && (port.Port, target.ContainerPort) != (80, 8080))
                yield return $"{name}: port {port.Port} leads to {target.ContainerPort}";
        }
    }

    private static bool IsFoundRightly(Manifests manifests, V1Service service)
    {
        var name = service.Metadata.Name;
        if (name == "nginx-gateway") return service.Spec is { Type: "LoadBalancer", ExternalTrafficPolicy: "Local" };
        return service.Spec.ClusterIP == "None" == (name == "rabbitmq-nodes" || manifests.Services.Any(workload => workload.Name == name));
    }

    private static IEnumerable<string> Names(Manifests manifests, Workload workload)
    {
        foreach (var container in workload.Containers)
        {
            var ports = (container.Ports ?? []).Select(port => port.Name).ToList();
            foreach (var probe in Workload.Probes(container))
            {
                if ((probe.HttpGet?.Port ?? probe.TcpSocket?.Port) is { } port && !ports.Contains(port.ToString()))
                    yield return $"{workload} is asked at port '{port}', which it does not have";
            }

            var volumes = (workload.Pod.Volumes ?? []).Select(volume => volume.Name).Concat(Claims(manifests, workload));
            foreach (var mount in (container.VolumeMounts ?? []).Where(mount => !volumes.Contains(mount.Name)))
                yield return $"{workload} has no volume '{mount.Name}'";
            foreach (var mount in (container.VolumeMounts ?? []).Where(mount => mount.SubPath is not null))
            {
                var map = workload.Pod.Volumes!.Single(volume => volume.Name == mount.Name).ConfigMap.Name;
                if (!manifests.All<V1ConfigMap>().Any(o => o.Metadata.Name == map && o.Data.ContainsKey(mount.SubPath)))
                    yield return $"{workload}: there is no {mount.SubPath} in {map}";
            }
        }

        foreach (var volume in workload.Pod.Volumes ?? [])
        {
            if (volume.PersistentVolumeClaim is { } claim
                && manifests.All<V1PersistentVolumeClaim>().All(o => o.Metadata.Name != claim.ClaimName))
                yield return $"{workload}: there is no claim {claim.ClaimName}";
            if (volume.ConfigMap is not { } map) continue;
            var data = manifests.All<V1ConfigMap>().FirstOrDefault(o => o.Metadata.Name == map.Name)?.Data;
            if (data is null || (map.Items ?? []).Any(item => !data.ContainsKey(item.Key)))
                yield return $"{workload}: there is no ConfigMap {map.Name} with what is mounted";
        }

        var services = manifests.All<V1Service>().Select(service => service.Metadata.Name);
        if (workload.Kind == "StatefulSet" && !services.Contains(manifests.One<V1StatefulSet>(workload.Name).Spec.ServiceName))
            yield return $"{workload} names a service that does not exist";
    }

    private static IEnumerable<string> Claims(Manifests manifests, Workload workload) =>
        workload.Kind == "StatefulSet"
            ? manifests.One<V1StatefulSet>(workload.Name).Spec.VolumeClaimTemplates.Select(claim => claim.Metadata.Name)
            : [];

    private static IEnumerable<string> Keepers(Manifests manifests)
    {
        foreach (var deployment in manifests.All<V1Deployment>().Select(deployment => deployment.Metadata.Name))
        {
            var budget = manifests.All<V1PodDisruptionBudget>().SingleOrDefault(candidate => candidate.Metadata.Name == deployment);
            // Pods that have to be on one node leave it together, and the first replacement cannot start before the last has left.
            var together = Together(manifests.One<V1Deployment>(deployment).Spec.Template.Spec).Count > 0;
            if (budget is null || budget.Spec.MaxUnavailable.ToString() != (together ? "2" : "1")
                || budget.Spec.Selector.MatchLabels["app"] != deployment)
                yield return $"{deployment} has no budget of its own";
        }

        foreach (var service in manifests.Services)
        {
            var scaler = manifests.All<V2HorizontalPodAutoscaler>()
                .SingleOrDefault(
                    candidate => candidate.Spec.ScaleTargetRef is { Kind: "Deployment" } target && target.Name == service.Name);
            if (scaler is not { Spec: { MinReplicas: >= 2, MaxReplicas: > 2 } })
                yield return $"{service} is not scaled from two replicas up";
        }
    }

    private static bool IsPlaced(V1PodSpec pod) =>
        pod.TopologySpreadConstraints is [{ TopologyKey: "kubernetes.io/hostname" }]
        || (pod.Volumes.Any(volume => volume.PersistentVolumeClaim is not null)
            && Together(pod) is [{ TopologyKey: "kubernetes.io/hostname" }]);

    private static IList<V1PodAffinityTerm> Together(V1PodSpec pod) =>
        pod.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [];
}
