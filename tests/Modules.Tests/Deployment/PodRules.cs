using k8s.Models;

namespace Modules.Tests.Deployment;

/// <summary>How pods run: with no more rights, and with no more of the machine, than they need.</summary>
internal static class PodRules
{
    private const string Order = "50-order-service.yaml";
    private const string Gateway = "61-gateway.yaml";
    private static readonly string[] RestrictedVolumes = ["configMap", "emptyDir", "persistentVolumeClaim", "secret"];

    public static IReadOnlyList<ManifestRule> All { get; } =
    [
        new(
            "Everything is in one namespace, which enforces the restricted standard", Namespaces,
            new Mistake(Order, "namespace: fulfillment", "namespace: default"),
            new Mistake("00-namespace.yaml", "enforce: restricted", "enforce: baseline"),
            new Mistake("80-autoscaling.yaml", "  namespace: fulfillment\n", "")),
        new(
            "Nothing is defined twice",
            manifests => manifests.Objects.GroupBy(o => (o.Kind, o.Metadata.Name))
                .Where(group => group.Count() > 1).Select(group => $"{group.Key}"),
            new Mistake("51-inventory-service.yaml", "name: inventory-service", "name: order-service")),
        new(
            "Pods keep the restricted standard", manifests => manifests.Workloads.SelectMany(Restricted),
            new Mistake(Order, "runAsNonRoot: true", "runAsNonRoot: false"), new Mistake(Order, "runAsUser: 1654", "runAsUser: 0"),
            new Mistake(Order, "type: RuntimeDefault", "type: Unconfined"),
            new Mistake(Order, "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"),
            new Mistake(Gateway, "drop: [\"ALL\"]", "add: [\"NET_ADMIN\"]"),
            new Mistake(Order, "emptyDir: { sizeLimit: 64Mi }", "hostPath: { path: /tmp }")),
        new(
            "Pods write to volumes only, and know nothing of the cluster", manifests => manifests.Workloads.SelectMany(Closed),
            new Mistake(Order, "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"),
            new Mistake(Order, "automountServiceAccountToken: false", "automountServiceAccountToken: true"),
            new Mistake(Gateway, "enableServiceLinks: false", "enableServiceLinks: true"),
            new Mistake(Order, "{ name: tmp, mountPath: /tmp }", "{ name: tmp, mountPath: /temp }")),
        new(
            "Every container says what it needs and what it may use at most", manifests => manifests.Workloads.SelectMany(Resources),
            new Mistake(Order, "requests: { cpu: 100m, memory: 192Mi }", "requests: { cpu: 100m }"),
            new Mistake(Gateway, "limits: { cpu: \"1\", memory: 128Mi }", "limits: { cpu: \"1\" }")),
        new(
            "A rolling update never has fewer replicas than before", manifests => manifests.All<V1Deployment>().SelectMany(Updates),
            new Mistake(Order, "maxUnavailable: 0", "maxUnavailable: 1"), new Mistake(Order, "replicas: 2", "replicas: 1"),
            new Mistake(Gateway, "type: RollingUpdate\n    rollingUpdate:\n      maxUnavailable: 0\n      maxSurge: 1", "type: Recreate")),
    ];

    private static IEnumerable<string> Namespaces(Manifests manifests)
    {
        var own = manifests.All<V1Namespace>().Single();
        if (own.Metadata.Labels["pod-security.kubernetes.io/enforce"] != "restricted")
            yield return "the namespace does not enforce the restricted standard";
        foreach (var stray in manifests.Objects.Where(o => o is not V1Namespace && o.Metadata.NamespaceProperty != own.Metadata.Name))
            yield return $"{stray.Kind} {stray.Metadata.Name} is in the namespace '{stray.Metadata.NamespaceProperty}'";
    }

    private static IEnumerable<string> Restricted(Workload workload)
    {
        var pod = workload.Pod.SecurityContext;
        if (pod is not { RunAsNonRoot: true, RunAsUser: > 0, SeccompProfile.Type: "RuntimeDefault" })
            yield return $"{workload} may run as root, or without seccomp";
        foreach (var container in workload.Containers)
        {
            var own = container.SecurityContext;
            if (own is not { AllowPrivilegeEscalation: false, Privileged: null or false }
                || own is not { RunAsUser: null, RunAsNonRoot: null, SeccompProfile: null }
                || own.Capabilities is not { Drop: ["ALL"], Add: null })
            {
                yield return $"{workload}, container {container.Name}, has rights that it does not need";
            }
        }

        foreach (var volume in workload.Pod.Volumes ?? [])
        {
            var kinds = volume.GetType().GetProperties()
                .Where(property => property.Name != nameof(volume.Name) && property.GetValue(volume) is not null)
                .Select(property => property.Name);
            if (kinds.FirstOrDefault(kind => !RestrictedVolumes.Contains(kind, StringComparer.OrdinalIgnoreCase)) is { } wrong)
                yield return $"{workload} has a volume {wrong}";
        }
    }

    private static IEnumerable<string> Closed(Workload workload)
    {
        if (workload.Pod.AutomountServiceAccountToken != false) yield return $"{workload} has a key to the cluster";
        if (workload.Pod.EnableServiceLinks != false)
            yield return $"{workload} has variables of other services, which may mean something to it";
        foreach (var container in workload.Containers.Where(container => container.SecurityContext.ReadOnlyRootFilesystem != true))
            yield return $"{workload}, container {container.Name}, can change its image";
        foreach (var container in workload.Pod.Containers)
        {
            if (container.VolumeMounts.All(mount => mount.MountPath != "/tmp"))
                yield return $"{workload}, container {container.Name}, has no /tmp to write to";
        }
    }

    private static IEnumerable<string> Resources(Workload workload)
    {
        foreach (var container in workload.Containers)
        {
            foreach (var resource in new[] { "cpu", "memory" })
            {
                if (container.Resources?.Requests?.ContainsKey(resource) != true
                    || container.Resources.Limits?.ContainsKey(resource) != true)
                    yield return $"{workload}, container {container.Name}, has no request or no limit of {resource}";
            }
        }
    }

    private static IEnumerable<string> Updates(V1Deployment deployment)
    {
        if (deployment.Spec.Replicas < 2) yield return $"{deployment.Metadata.Name} has one replica";
        if (deployment.Spec.Strategy is not { Type: "RollingUpdate", RollingUpdate: { } update } || update.MaxUnavailable.ToString() != "0")
            yield return $"{deployment.Metadata.Name} may have fewer replicas during an update";
    }
}
