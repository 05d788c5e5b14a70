using System.Reflection;
using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Host;
using NetArchTest.Rules;

namespace Architecture.Tests;

/// <summary>Modules know the building blocks and the contracts, and never each other.</summary>
internal static class ModuleRules
{
    private static readonly string[] SharedProjects = ["Contracts", "Core", "Messaging", "Persistence", "Web", "Operations", "Hosting"];
    private static readonly string[] Shared = [.. SharedProjects.Select(name => $"Fulfillment.{name}")];

    private static readonly Assembly[] Modules = [.. ModuleCatalog.All.Select(module => module.GetType().Assembly)];

    /// <summary>Part of an assembly, and what it may not depend on.</summary>
    private sealed record Territory(Assembly Assembly, string Namespace, IReadOnlyList<string> Foreign);

    public static IReadOnlyList<Rule> All { get; } =
    [
        new Rule<Assembly>(
            "The assembly of a module refers to building blocks and contracts only",
            assemblies =>
                from assembly in assemblies
                from reference in assembly.GetReferencedAssemblies()
                where IsOurs(reference.Name!) && !Shared.Contains(reference.Name)
                select $"{assembly.GetName().Name} refers to {reference.Name}",
            () => Modules,
            [typeof(ModuleRules).Assembly]),

        new Rule<Territory>(
            "No type of a module depends on a type of another module or of the host",
            territories => territories.SelectMany(Trespasses),
            () => [.. Modules.Select(module => new Territory(module, module.GetName().Name!, Foreign(module)))],
            [new Territory(typeof(ModuleRules).Assembly, "Architecture.Tests.Trespass", ["Fulfillment.Payment"])])
        {
            Hollow = [[new Territory(typeof(ModuleRules).Assembly, "Architecture.Tests.NoSuchNamespace", ["Fulfillment.Payment"])]],
        },

        new Rule<SourceFile>(
            "The project of a module refers to the projects of building blocks and contracts only",
            projects =>
                from project in projects
                from reference in project.Xml.Descendants("ProjectReference")
                let name = Path.GetFileNameWithoutExtension(((string)reference.Attribute("Include")!).Replace('\\', '/'))
                where !SharedProjects.Contains(name)
                select $"{project.Path} refers to {name}",
            () => Repository.Files("Modules", "*.csproj"),
            [
                Project(
                    """<ProjectReference Include="../../BuildingBlocks/Hosting/Hosting.csproj" />"""
                        + """<ProjectReference Include="../Payment/Payment.csproj" />"""),
            ],
            [Project("""<ProjectReference Include="..\..\Host\Host.csproj" />""")]),

        new Rule<SourceFile>(
            "The project of a module takes no assembly of another module by its file",
            projects =>
                from project in projects
                from reference in project.Xml.Descendants("Reference")
                where IsOurs(Path.GetFileName(((string)reference.Attribute("Include")!).Replace('\\', '/')))
                select $"{project.Path} refers to {(string)reference.Attribute("Include")!}",
            () => Repository.Files("Modules", "*.csproj"),
            [Project("""<Reference Include="../Payment/bin/Fulfillment.Payment.dll" />""")]),

        new Rule<SourceFile>(
            "Every module project is in the catalog, so that the other rules see it",
            projects =>
                from project in projects
                let assembly = project.Xml.Descendants("AssemblyName").Select(name => name.Value).SingleOrDefault(project.Name)
                where !Modules.Any(module => module.GetName().Name == assembly)
                select $"{project.Path} is not in ModuleCatalog",
            () => Repository.Files("Modules", "*.csproj"),
            [Project("<PropertyGroup><AssemblyName>Fulfillment.Shipping</AssemblyName></PropertyGroup>")]),

        new Rule<Type>(
            "Classes are sealed, unless they are static or meant to be derived from",
            types =>
                from type in types
                where type is { IsClass: true, IsSealed: false, IsAbstract: false } && !IsMigration(type)
                select $"{type.FullName} is not sealed",
            () =>
            [
                .. Modules.Append(typeof(Startup).Assembly).Append(typeof(BaseEvent).Assembly)
                    .SelectMany(assembly => assembly.GetTypes()),
            ],
            [typeof(Planted.Open)]),
    ];

    private static IEnumerable<string> Trespasses(Territory territory)
    {
        var types = Types.InAssembly(territory.Assembly).That().ResideInNamespace(territory.Namespace);
        if (!types.GetTypes().Any()) throw new EmptySelectionException(territory.Namespace);
        var result = types.ShouldNot().HaveDependencyOnAny([.. territory.Foreign]).GetResult();
        return (result.FailingTypeNames ?? []).Select(name => $"{name} depends on one of {string.Join(", ", territory.Foreign)}");
    }

    private static IReadOnlyList<string> Foreign(Assembly module) =>
        [.. Modules.Where(other => other != module).Select(other => other.GetName().Name!), typeof(ModuleCatalog).Namespace!];

    private static bool IsOurs(string assembly) =>
        assembly == "Host" || assembly.StartsWith("Fulfillment.", StringComparison.Ordinal);

    // EF Core writes migrations as open partial classes.
    private static bool IsMigration(Type type) => type.Namespace?.EndsWith(".Migrations", StringComparison.Ordinal) is true;

    private static SourceFile Project(string content) => new("Modules/Planted/Planted.csproj", $"<Project>{content}</Project>");
}
