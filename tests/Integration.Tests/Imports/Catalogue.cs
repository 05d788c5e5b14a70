using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Integration.Tests.Imports;

/// <summary>Makes files of products.</summary>
internal static class Catalogue
{
    /// <summary>What a file must have at least.</summary>
    public const string Required = "Internal ID,Name,Price,Stock";

    /// <summary>Every column that is known.</summary>
    public const string Full = "Index,Name,Description,Brand,Category,Price,Currency,Stock,EAN,Color,Size,Availability,Internal ID";

    /// <summary>Begin of the keys of one test, because tests share a system.</summary>
    public static string NewPrefix() => $"{Guid.NewGuid().ToString("N")[..8]}-";

    /// <summary>A file of rows with keys of their own, in which row <c>n</c> is on line <c>n + 1</c>.</summary>
    /// <param name="prefix">Begin of the keys.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="line">The line of a row, null for a good one with a key of its own.</param>
    public static string Of(string prefix, int rows, Func<int, string?>? line = null)
    {
        var file = new StringBuilder(Full).Append('\n');
        for (var n = 1; n <= rows; n++) file.Append(line?.Invoke(n) ?? Line(prefix, n)).Append('\n');
        return file.ToString();
    }

    /// <summary>A row with all columns.</summary>
    public static string Line(string prefix, int n, string? key = null, string? price = null, string? stock = null) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{n},\"Name of {n}, with a comma\",\"Says \"\"{n}\"\" twice\",Brand {n % 50},Category {n % 20},") +
        string.Create(
            CultureInfo.InvariantCulture,
            $"{price ?? $"{n % 1000}.{n % 100:00}"},EUR,{stock ?? $"{n % 500}"},{4_000_000_000_000 + n},Red,M,in_stock,") +
        (key ?? Key(prefix, n));

    public static string Key(string prefix, int n) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{n}");

    /// <summary>A file with the required columns only.</summary>
    public static string Small(params string[] lines) => $"{Required}\n{string.Join('\n', lines)}\n";

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(bytes);
        return packed.ToArray();
    }
}
