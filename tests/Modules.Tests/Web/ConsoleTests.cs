using System.IO.Compression;
using System.Text.RegularExpressions;
using Modules.Tests.Deployment;

namespace Modules.Tests.Web;

public sealed partial class ConsoleTests
{
    private static readonly string Root = Path.Combine(Repository.Root, "Host", "wwwroot");

    [Fact]
    public void Console_weighs_less_than_100_kilobytes()
    {
        var files = Directory.GetFiles(Root, "*", SearchOption.AllDirectories);

        files.ShouldNotBeEmpty();
        files.Sum(file => Compressed(File.ReadAllBytes(file))).ShouldBeLessThan(100_000);
    }

    [Fact]
    public void No_function_of_the_console_has_more_than_80_lines()
    {
        var scripts = Directory.GetFiles(Root, "*.js", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path)).Where(path => !path.StartsWith("vendor", StringComparison.Ordinal)).ToList();

        scripts.ShouldNotBeEmpty();
        scripts.SelectMany(path => LongFunctions(File.ReadAllLines(Path.Combine(Root, path))).Select(line => $"{path}:{line}"))
            .ShouldBeEmpty();
    }

    [Theory]
    [InlineData("export function long() {", "}")]
    [InlineData("  const long = async () => {", "  };")]
    [InlineData("  long(now) {", "  },")]
    [InlineData("  const long = dialog('Title', close =>", "  );")]
    public void Function_with_81_lines_is_too_long(string first, string last)
    {
        string[] Lines(int body) => ["", first, .. Enumerable.Repeat("    work();", body), last, ""];

        LongFunctions(Lines(body: 78)).ShouldBeEmpty();
        LongFunctions(Lines(body: 79)).ShouldBe([2]);
    }

    /// <summary>The first lines of functions that are too long. A function ends at the next line that is indented no deeper.</summary>
    private static IEnumerable<int> LongFunctions(string[] lines)
    {
        for (var start = 0; start < lines.Length; start++)
        {
            if (!FunctionStart().IsMatch(lines[start])) continue;
            var end = Array.FindIndex(lines, start + 1, line => line.Length > 0 && Indent(line) <= Indent(lines[start]));
            if (end - start + 1 > 80) yield return start + 1;
        }
    }

    private static int Indent(string line) => line.Length - line.TrimStart().Length;

    [GeneratedRegex(@"=>|\bfunction\b|\) \{$")]
    private static partial Regex FunctionStart();

    private static long Compressed(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(content);
        return packed.Length;
    }
}
