using System.Xml.Linq;

namespace Architecture.Tests;

/// <summary>A text file, by its path from the root of the repository.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The file as MSBuild reads it.</summary>
    public XDocument Xml => XDocument.Parse(Text);
}

/// <summary>Reads the files of this repository.</summary>
internal static class Repository
{
    private static readonly string[] Generated = ["artifacts", "bin", "obj", "Migrations"];

    public static string Root { get; } = FindRoot();

    /// <summary>The files below a folder that match a pattern, without what is generated.</summary>
    public static IReadOnlyList<SourceFile> Files(string folder, string pattern) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(Generated.Contains))
            .Order(StringComparer.Ordinal)
            .Select(path => new SourceFile(path, File.ReadAllText(Path.Combine(Root, path)))),
    ];

    public static SourceFile Read(string path) => new(path, File.ReadAllText(Path.Combine(Root, path)));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Fulfillment.sln"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException($"Fulfillment.sln is in no folder above {AppContext.BaseDirectory}.");
    }
}
