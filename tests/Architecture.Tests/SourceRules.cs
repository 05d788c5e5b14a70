using System.Text.RegularExpressions;
using Fulfillment.Host;
using Fulfillment.Hosting;

namespace Architecture.Tests;

/// <summary>What is seen in the text of the sources only.</summary>
internal static partial class SourceRules
{
    private const int ProgramLines = 40;
    private const string Room = "BuildingBlocks/Messaging/Wolverine";

    public static IReadOnlyList<Rule> All { get; } =
    [
        new Rule<SourceFile>(
            "The host names no queue",
            files =>
                from file in files
                from Match match in QueueName().Matches(file.Text)
                select $"{file.Path} names {match.Value}",
            () => [.. Repository.Files("Host", "*.cs"), .. Repository.Files("Host", "*.json")],
            [new SourceFile("Host/Planted.cs", "options.ListenToRabbitQueue(\"order-created-queue\");")]),

        new Rule<SourceFile>(
            $"Program.cs has at most {ProgramLines} lines",
            files =>
                from file in files
                let lines = file.Text.TrimEnd('\n').Split('\n').Length
                where lines > ProgramLines
                select $"{file.Path} has {lines} lines",
            () => Repository.Files("Host", "Program.cs"),
            [new SourceFile("Host/Program.cs", string.Concat(Enumerable.Repeat("DoOneMoreThing();\n", ProgramLines + 1)))]),

        new Rule<SourceFile>(
            "Modules and building blocks ask TimeProvider for the time",
            files =>
                from file in files
                from Match match in WallClock().Matches(file.Text)
                select $"{file.Path} reads {match.Value}",
            () => [.. Repository.Files("Modules", "*.cs"), .. Repository.Files("BuildingBlocks", "*.cs")],
            [new SourceFile("Modules/Planted.cs", "var now = DateTime.UtcNow;")],
            [new SourceFile("Modules/Planted.cs", "var now = DateTimeOffset.Now;")],
            [new SourceFile("Modules/Planted.cs", "var today = DateTime.Today;")]),

        new Rule<SourceFile>(
            $"Only {Room} and its tests name Wolverine",
            files =>
                from file in files
                where !file.Path.Contains("Messaging/Wolverine/", StringComparison.Ordinal) && LibraryName().IsMatch(file.Text)
                select $"{file.Path} names Wolverine",
            () =>
            [
                .. new[]
                {
                    "Modules", "BuildingBlocks", "Host", "benchmarks", "scripts", "tests/Chaos", "tests/Harness", "tests/Modules.Tests",
                    "tests/Integration.Tests",
                }.SelectMany(folder => Repository.Files(folder, "*.cs")),
            ],
            [new SourceFile("Modules/Planted.cs", "using Wolverine;")],
            [new SourceFile("BuildingBlocks/Messaging/Planted.cs", "// Wolverine does the rest.")]),

        new Rule<SourceFile>(
            "No source is left unfinished",
            files =>
                from file in files
                from Match match in Leftover().Matches(file.Text)
                select $"{file.Path} has {match.Value}",
            () =>
            [
                .. Repository.Files("Modules", "*.cs"), .. Repository.Files("BuildingBlocks", "*.cs"), .. Repository.Files("Host", "*.cs"),
            ],
            [new SourceFile("Modules/Planted.cs", $"// {"TO"}DO: later")],
            [new SourceFile("Modules/Planted.cs", $"throw new {"NotImplemented"}Exception();")]),
    ];

    /// <summary>The table of messages in the README has one line per subscription.</summary>
    public static Rule MessageTable(SourceFile readme) => new Rule<SourceFile>(
        "The README lists every subscription",
        files =>
            from file in files
            from module in ModuleCatalog.All
            from subscription in module.Subscriptions
            where !file.Text.Split('\n').Any(line => Lists(line, module, subscription.Queue, subscription.Route.RoutingKey))
            select $"{file.Path} has no line with {subscription.Queue}, {subscription.Route.RoutingKey} and {module.Name}",
        () => [readme],
        [new SourceFile("README.md", "| order-created-queue | order.created | Inventory |")]);

    private static bool Lists(string line, Module module, string queue, string key) =>
        line.Contains('|', StringComparison.Ordinal) && Regex.IsMatch(line, $@"(?<![\w-]){Regex.Escape(queue)}(?![\w-])")
        && line.Contains(key, StringComparison.Ordinal) && line.Contains(module.Name, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"[\w-]+-queue\b")]
    private static partial Regex QueueName();

    [GeneratedRegex(@"\bDateTime(Offset)?\.(UtcNow|Now|Today)\b")]
    private static partial Regex WallClock();

    // Also in lower case, as in the name of a field.
    [GeneratedRegex("wolverine", RegexOptions.IgnoreCase)]
    private static partial Regex LibraryName();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK)\b|\bNotImplementedException\b")]
    private static partial Regex Leftover();
}
