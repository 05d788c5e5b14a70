using System.Collections.Concurrent;
using k8s;
using k8s.Models;

namespace Modules.Tests.Deployment;

/// <summary>A pod template, with what it belongs to.</summary>
internal sealed record Workload(string Kind, string Name, V1LabelSelector? Selector, V1PodTemplateSpec Template)
{
    public V1PodSpec Pod => Template.Spec;

    public IEnumerable<V1Container> Containers => [.. Pod.InitContainers ?? [], .. Pod.Containers];

    public static IEnumerable<V1Probe> Probes(V1Container container) =>
        new[] { container.StartupProbe, container.ReadinessProbe, container.LivenessProbe }.OfType<V1Probe>();

    public string App => Template.Metadata.Labels["app"];

    public override string ToString() => $"{Kind} {Name}";
}

/// <summary>The files of k8s/ as typed objects. A field that no version of the API knows fails.</summary>
internal sealed class Manifests
{
    // Most files are the same in all tests, and reading one takes long.
    private static readonly ConcurrentDictionary<string, IReadOnlyList<IKubernetesObject<V1ObjectMeta>>> Parsed = [];

    private Manifests(IReadOnlyDictionary<string, string> files)
    {
        Files = files;
        Objects = [.. files.SelectMany(file => Parse(file.Key, file.Value))];
    }

    /// <summary>Contents by name of the file.</summary>
    public IReadOnlyDictionary<string, string> Files { get; }

    public IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Objects { get; }

    public IReadOnlyList<Workload> Workloads =>
    [
        .. All<V1Deployment>().Select(o => new Workload(o.Kind, o.Metadata.Name, o.Spec.Selector, o.Spec.Template)),
        .. All<V1StatefulSet>().Select(o => new Workload(o.Kind, o.Metadata.Name, o.Spec.Selector, o.Spec.Template)),
        .. All<V1Job>().Select(o => new Workload(o.Kind, o.Metadata.Name, o.Spec.Selector, o.Spec.Template)),
    ];

    /// <summary>Those that run our image and answer HTTP.</summary>
    public IReadOnlyList<Workload> Services =>
        [.. Workloads.Where(workload => workload.Kind == "Deployment" && workload.Pod.Containers[0].Image == Image)];

    public static string Image => "fulfillment:local";

    public static Manifests Load(string root) => Read(
        Directory.GetFiles(Path.Combine(root, "k8s"), "*.yaml")
            .Order(StringComparer.Ordinal).ToDictionary(path => Path.GetFileName(path), File.ReadAllText));

    public static Manifests Read(IReadOnlyDictionary<string, string> files) => new(files);

    public IEnumerable<T> All<T>() => Objects.OfType<T>();

    public T One<T>(string name)
        where T : IKubernetesObject<V1ObjectMeta> => All<T>().Single(candidate => candidate.Metadata.Name == name);

    /// <summary>The environment of a container, as a pod gets it.</summary>
    public Dictionary<string, string> Environment(V1Container container)
    {
        var values = new Dictionary<string, string>();
        foreach (var variable in container.Env ?? [])
        {
            var value = variable.ValueFrom is { } source ? Resolve(source) : variable.Value ?? "";
            foreach (var (name, known) in values) value = value.Replace($"$({name})", known, StringComparison.Ordinal);
            values[variable.Name] = value;
        }

        return values;
    }

    /// <summary>What a Secret holds.</summary>
    public IReadOnlyDictionary<string, string> Secret(string name) => One<V1Secret>(name).StringData.AsReadOnly();

    private static IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Parse(string file, string text)
    {
        try
        {
            return Parsed.GetOrAdd(
                text, _ => [.. KubernetesYaml.LoadAllFromString(text, strict: true).Cast<IKubernetesObject<V1ObjectMeta>>()]);
        }
        catch (Exception e)
        {
            throw new FormatException($"{file}: {e.Message} {e.InnerException?.Message}", e);
        }
    }

    private string Resolve(V1EnvVarSource source) => source switch
    {
        { SecretKeyRef: { } key } => Secret(key.Name)[key.Key],
        { ConfigMapKeyRef: { } key } => One<V1ConfigMap>(key.Name).Data[key.Key],
        _ => $"({source.FieldRef.FieldPath})",
    };
}
