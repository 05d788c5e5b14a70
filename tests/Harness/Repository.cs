
namespace Fulfillment.Harness;

/// <summary>Paths within the checkout that this program was built from.</summary>
internal static class Repository
{
    /// <summary>Debug or release, the configuration of this program.</summary>
    public static string Configuration { get; } = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    /// <summary>Whether crash points are compiled into the host.</summary>
    public static bool HasFailpoints => Configuration == "debug";

    /// <summary>Top of the checkout.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The host that <c>FULFILLMENT_HOST</c> names, else the one of the same configuration as this program.</summary>
    public static string Host { get; } = Environment.GetEnvironmentVariable("FULFILLMENT_HOST") is { Length: > 0 } host
        ? host
        : Program("Host");

    /// <summary>Path of a program that was built in the same configuration as this one.</summary>
    public static string Program(string name)
    {
        var full = Path.Combine(Root, "artifacts", "bin", name, Configuration, $"{name}.dll");
        return File.Exists(full) ? full : throw new HarnessException($"{full} is missing: build this program again.");
    }

    /// <summary>Path of a file to write.</summary>
    public static string NewFile(string path)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        return full;
    }

    /// <summary>Path of a folder, created if necessary.</summary>
    public static string NewFolder(string path) => Directory.CreateDirectory(Path.Combine(Root, path)).FullName;

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Fulfillment.sln"))) return folder.FullName;
        }

        throw new HarnessException("This program must lie within the checkout, where the build puts it.");
    }
}
