using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Serialization;

namespace Modules.Tests.Deployment;

/// <summary>A workflow of GitHub Actions, and what is wrong with it.</summary>
/// <param name="text">The file.</param>
/// <param name="root">Folder in which the names of files are looked for.</param>
internal sealed partial class Workflow(string text, string root)
{
    private readonly Dictionary<object, object?> _tree = new DeserializerBuilder().Build().Deserialize<Dictionary<object, object?>>(text);

    /// <summary>Everything that is wrong, in words.</summary>
    public IReadOnlyList<string> Mistakes => [.. Pins(), .. Rights(), .. Missing()];

    private Dictionary<object, object?> Jobs => Map(_tree["jobs"]);

    /// <summary>A tag can be moved to other code; a commit cannot.</summary>
    private IEnumerable<string> Pins() =>
        from use in Uses().Matches(text)
        where !PinnedUse().IsMatch(use.Value)
        select $"'{use.Value}' is not pinned to a commit, with its version beside it";

    private IEnumerable<string> Rights()
    {
        if (Node(_tree, "permissions") is not Dictionary<object, object?> { Count: 0 })
            yield return "the workflow as a whole has permissions";
        if (!_tree.ContainsKey("concurrency")) yield return "nothing keeps two runs apart";
        foreach (var (name, value) in Jobs)
        {
            var job = Map(value);
            if (Node(job, "permissions") is not Dictionary<object, object?>) yield return $"job {name} does not list its permissions";
            if (!int.TryParse(Text(job, "timeout-minutes"), CultureInfo.InvariantCulture, out _)) yield return $"job {name} has no timeout";
            foreach (var step in Steps(job).Where(step => Text(step, "uses").StartsWith("actions/checkout@", StringComparison.Ordinal)))
            {
                if (Text(Inputs(step), "persist-credentials") != "false") yield return $"job {name} keeps the credentials of its checkout";
            }
        }
    }

    /// <summary>Files, commands of ./dev and deployments that a job names and that do not exist.</summary>
    private IEnumerable<string> Missing()
    {
        var steps = Jobs.Values.SelectMany(job => Steps(Map(job))).ToList();
        var scripts = string.Join('\n', steps.Select(step => Text(step, "run")));
        var inputs = steps.SelectMany(Inputs)
            .Where(input => input.Key is "file" or "global-json-file").Select(input => (string)input.Value!);
        foreach (var path in Paths().Matches(scripts).Select(match => match.Value).Concat(inputs).Distinct())
        {
            if (!Exists(path)) yield return $"'{path}' does not exist";
        }

        var dev = File.ReadAllText(Path.Combine(root, "dev"));
        foreach (var command in DevCommands().Matches(scripts).Select(match => match.Groups[1].Value))
        {
            if (!dev.Contains($"\n  {command}) ", StringComparison.Ordinal)) yield return $"'./dev {command}' does not exist";
        }

        var folder = Path.Combine(root, "k8s");
        var manifests = Directory.Exists(folder) ? string.Concat(Directory.EnumerateFiles(folder, "*.yaml").Select(File.ReadAllText)) : "";
        foreach (var name in Names().Matches(scripts).Select(match => match.Value).Distinct())
        {
            if (!manifests.Contains($"name: {name}\n", StringComparison.Ordinal)) yield return $"'{name}' is not in k8s/";
        }
    }

    private bool Exists(string path)
    {
        var full = Path.Combine(root, path);
        return path.Contains('*', StringComparison.Ordinal)
            ? Directory.Exists(Path.GetDirectoryName(full))
                && Directory.EnumerateFiles(Path.GetDirectoryName(full)!, Path.GetFileName(full)).Any()
            : File.Exists(full) || Directory.Exists(full);
    }

    private static IEnumerable<Dictionary<object, object?>> Steps(Dictionary<object, object?> job) =>
        Node(job, "steps") is List<object?> steps ? steps.Select(Map) : [];

    private static Dictionary<object, object?> Inputs(Dictionary<object, object?> step) =>
        Node(step, "with") is Dictionary<object, object?> inputs ? inputs : [];

    private static Dictionary<object, object?> Map(object? node) => (Dictionary<object, object?>)node!;

    private static object? Node(Dictionary<object, object?> map, string key) => map.GetValueOrDefault(key);

    private static string Text(Dictionary<object, object?> map, string key) => Node(map, key) as string ?? "";

    [GeneratedRegex(@"\buses: .*")]
    private static partial Regex Uses();

    [GeneratedRegex(@"^uses: [\w.-]+(/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")]
    private static partial Regex PinnedUse();

    [GeneratedRegex(@"\./[\w./-]+|\b[\w.-]+/[\w./*-]*\.(yaml|yml|json|sh|conf)\b|(?<=-f )[\w./-]+")]
    private static partial Regex Paths();

    [GeneratedRegex(@"\./dev ([\w-]+)")]
    private static partial Regex DevCommands();

    [GeneratedRegex(@"\b\w+-service\b|(?<=\bjob[ /])\w+")]
    private static partial Regex Names();
}
