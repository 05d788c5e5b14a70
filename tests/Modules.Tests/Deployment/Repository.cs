namespace Modules.Tests.Deployment;

/// <summary>Reads the files of this repository.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Fulfillment.sln"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException($"Fulfillment.sln is in no folder above {AppContext.BaseDirectory}.");
    }
}
