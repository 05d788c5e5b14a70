using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Fulfillment.Contracts;

namespace Architecture.Tests;

/// <summary>Contracts are plain, closed and documented, so that every project may depend on them.</summary>
internal static partial class ContractRules
{
    private const string OutsideBuildingBlocks = "!$(MSBuildProjectDirectory.Contains('BuildingBlocks'))";

    private static readonly string[] References =
    [
        "PackageReference", "ProjectReference", "Reference", "FrameworkReference", "PackageDownload",
    ];

    public static IReadOnlyList<Rule> All { get; } =
    [
        new Rule<SourceFile>(
            "The project of the contracts refers to nothing",
            projects =>
                from project in projects
                from element in project.Xml.Descendants()
                where References.Contains(element.Name.LocalName)
                select $"{project.Path} has {element}",
            () => Repository.Files("BuildingBlocks/Contracts", "*.csproj"),
            [.. References.Select(kind => new[] { Project($"""<ItemGroup><{kind} Include="Anything" /></ItemGroup>""") })]),

        new Rule<Assembly>(
            "The assembly of the contracts refers to the framework only",
            assemblies =>
                from assembly in assemblies
                from reference in assembly.GetReferencedAssemblies()
                where !reference.Name!.StartsWith("System.", StringComparison.Ordinal)
                select $"{assembly.GetName().Name} refers to {reference.Name}",
            () => [typeof(BaseEvent).Assembly],
            [typeof(ContractRules).Assembly]),

        new Rule<Type>(
            "Events are sealed, have a route and are known to the serializer",
            types =>
                from type in types
                from mistake in Mistakes(type)
                select $"{type.FullName} {mistake}",
            () => [.. Events(typeof(BaseEvent).Assembly)],
            [typeof(Planted.OpenEvent)], [typeof(Planted.UnroutableEvent)], [typeof(Planted.UnknownEvent)]),

        new Rule<Type>(
            "What contracts are made of are records",
            types =>
                from type in types
                where !IsRecord(type)
                select $"{type.FullName} is not a record",
            () => [.. typeof(BaseEvent).Assembly.GetExportedTypes().Where(type => type.IsClass && !IsStatic(type) && !IsJson(type))],
            [typeof(Planted.NoRecord)]),

        new Rule<SourceFile>(
            "Nothing silences the compiler about missing documentation of building blocks and contracts",
            files => files.SelectMany(Silencers),
            () =>
            [
                Repository.Read("Directory.Build.props"), Repository.Read(".editorconfig"),
                .. Repository.Files("BuildingBlocks", "*.csproj"), .. Repository.Files("BuildingBlocks", "*.props"),
                .. Repository.Files("BuildingBlocks", "*.cs"),
            ],
            [Project("<PropertyGroup><NoWarn>$(NoWarn);CS1591</NoWarn></PropertyGroup>")],
            [Project("<PropertyGroup><NoWarn>$(NoWarn);1591</NoWarn></PropertyGroup>")],
            [Project("<PropertyGroup><WarningsNotAsErrors>CS1591</WarningsNotAsErrors></PropertyGroup>")],
            [Project("<PropertyGroup><TreatWarningsAsErrors>false</TreatWarningsAsErrors></PropertyGroup>")],
            [Project("<PropertyGroup><GenerateDocumentationFile>false</GenerateDocumentationFile></PropertyGroup>")],
            [Project("""<PropertyGroup><NoWarn Condition="'$(Configuration)' == 'Release'">CS1591</NoWarn></PropertyGroup>""")],
            [new SourceFile(".editorconfig", "[*.cs]\ndotnet_diagnostic.CS1591.severity = none\n")],
            [new SourceFile("BuildingBlocks/Planted.cs", "#pragma warning disable CS1591\n")]),

        new Rule<SourceFile>(
            "The compiler is asked for documentation, and its warnings are errors",
            files =>
                from file in files
                from setting in new[] { "GenerateDocumentationFile", "TreatWarningsAsErrors" }
                where !file.Xml.Descendants(setting).Any(element => element.Value == "true" && element.Attribute("Condition") is null)
                select $"{file.Path} does not set {setting}",
            () => [Repository.Read("Directory.Build.props")],
            [
                new SourceFile(
                    "Directory.Build.props",
                    "<Project><PropertyGroup><TreatWarningsAsErrors>true</TreatWarningsAsErrors></PropertyGroup></Project>"),
            ]),
    ];

    public static IEnumerable<Type> Events(Assembly assembly) =>
        assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(BaseEvent)) && !type.IsAbstract);

    private static IEnumerable<string> Mistakes(Type type)
    {
        if (!type.IsSealed) yield return "is not sealed";
        if (!type.IsAssignableTo(typeof(IRoutedEvent))) yield return "has no route";
        if (ContractsJson.Default.GetTypeInfo(type) is null) yield return "is not among the types of ContractsJson";
    }

    private static IEnumerable<string> Silencers(SourceFile file)
    {
        if (file.Path.EndsWith(".cs", StringComparison.Ordinal))
            return PragmaSilence().Matches(file.Text).Select(match => $"{file.Path}: {match.Value}");
        if (file.Path.EndsWith(".editorconfig", StringComparison.Ordinal))
            return SeveritySilence().Matches(file.Text).Select(match => $"{file.Path}: {match.Value}");
        return
            from element in file.Xml.Descendants()
            where element.Name.LocalName switch
            {
                "NoWarn" or "WarningsNotAsErrors" => DocumentationWarning().IsMatch(element.Value),
                "TreatWarningsAsErrors" or "GenerateDocumentationFile" => element.Value != "true",
                _ => false,
            }
            where (string?)element.Attribute("Condition") != OutsideBuildingBlocks
            select $"{file.Path}: {element}";
    }

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;

    private static bool IsStatic(Type type) => type is { IsAbstract: true, IsSealed: true };

    private static bool IsJson(Type type) =>
        type.BaseType?.Namespace == "System.Text.Json.Serialization" || type.IsDefined(typeof(CompilerGeneratedAttribute));

    private static SourceFile Project(string content) => new("BuildingBlocks/Planted/Planted.csproj", $"<Project>{content}</Project>");

    [GeneratedRegex(@"\b(CS)?(1591|1573)\b")]
    private static partial Regex DocumentationWarning();

    [GeneratedRegex(@"#pragma warning disable\s*(\r?$|.*\b(CS)?(1591|1573)\b)", RegexOptions.Multiline)]
    private static partial Regex PragmaSilence();

    [GeneratedRegex(@"dotnet_diagnostic\.CS(1591|1573)\.severity.*")]
    private static partial Regex SeveritySilence();
}
