namespace Fulfillment.Load.Stage;

/// <summary>Paths within the checkout that this program was built from.</summary>
internal static class Repository
{
    private static readonly string Root = FindRoot();

    /// <summary>A file that must exist.</summary>
    public static string File(string path)
    {
        var full = Path.Combine(Root, path);
        return System.IO.File.Exists(full) ? full : throw new LoadException($"{full} is missing: build it with -c Release.");
    }

    /// <summary>A file that is to be written.</summary>
    public static string NewFile(string path)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        return full;
    }

    /// <summary>A folder that exists from now on.</summary>
    public static string NewFolder(string path) => Directory.CreateDirectory(Path.Combine(Root, path)).FullName;

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "Fulfillment.sln"))) return folder.FullName;
        }

        throw new LoadException("This program must lie within the checkout, where the build puts it.");
    }
}
