using System.Reflection;

namespace Integration.Tests.Fixture;

/// <summary>Where the things lie that the build has made.</summary>
internal static class Repository
{
    public static string Root { get; } = Metadata("RepositoryRoot");

    /// <summary>Debug or Release; crash points exist in Debug builds only.</summary>
    public static string Configuration { get; } = Metadata("Configuration");

    public static string Host { get; } = Path.Combine(Root, "artifacts", "bin", "Host", Configuration.ToLowerInvariant(), "Host.dll");

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(attribute => attribute.Key == key).Value!;
}
