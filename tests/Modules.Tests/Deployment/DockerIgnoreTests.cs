using System.Text.RegularExpressions;

namespace Modules.Tests.Deployment;

/// <summary>The context of the image's build.</summary>
public sealed class DockerIgnoreTests
{
    private static readonly string[] Lines = Repository.Read(".dockerignore").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void Build_of_the_image_gets_each_file_and_folder_that_it_copies()
    {
        var sources = Repository.Read("Dockerfile").Split('\n')
            .Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal))
            .SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..^1])
            .Select(source => source.Split('/')[0]).Distinct().ToList();

        sources.ShouldContain("Host");
        sources.Where(source => IsIgnored(source, Lines)).ShouldBeEmpty();
    }

    [Fact]
    public void Missing_exception_is_found() =>
        IsIgnored("Directory.Build.targets", Lines.Where(line => !line.Contains("targets", StringComparison.Ordinal))).ShouldBeTrue();

    // The last line that matches decides.
    private static bool IsIgnored(string path, IEnumerable<string> lines) =>
        lines.LastOrDefault(line => Matches(line.TrimStart('!'), path)) is { } last && !last.StartsWith('!');

    private static bool Matches(string pattern, string path) =>
        Regex.IsMatch(path, $"^{Regex.Escape(pattern).Replace("\\*", "[^/]*", StringComparison.Ordinal)}$");
}
