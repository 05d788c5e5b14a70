using System.Text;
using CsCheck;
using Fulfillment.Inventory.ImportProducts.Csv;

namespace Modules.Tests.Imports;

/// <summary>Bytes as they might stand in a file: of all kinds that mean something, in every order.</summary>
internal static class RandomBytes
{
    private static readonly Gen<byte[]> Tokens = Gen.OneOf<byte[]>(
        "a"u8.ToArray(), ","u8.ToArray(), "\""u8.ToArray(), "\n"u8.ToArray(), "\r"u8.ToArray(), "\r\n"u8.ToArray(), ";"u8.ToArray(),
        " "u8.ToArray(),
        "é"u8.ToArray(), "\uFEFF"u8.ToArray(), [0xFF], [0xFF, 0xFE]);

    private static readonly Gen<byte[]> Rows = Gen.Select(
        Gen.OneOf("a", "b", " a ", "\"a\"", "\"a\"\"\"", "\"a\nb\"", "é", "", "\xFF"),
        Gen.OneOf("n", "\"n,n\"", "\"n\nn\"", "\"\"\"n\"", "", "n\"n"),
        Gen.OneOf("1", "2.50", "x", "", "\"3\""), Gen.OneOf("1", "0", "-1", " 7 ", "1,1"), Gen.OneOf("\n", "\r\n", "\n\n"),
        (key, name, price, stock, end) => Bytes($"{key},{name},{price},{stock}{end}"));

    private static readonly Gen<byte[]> LongRuns = Gen.Select(
        Gen.OneOf("a", "é", "\xFF", "a,", "\n"), Gen.OneOf(Gen.Int[-6, 6], Gen.Int[65_000, 66_000], Gen.Int[-65_000, 200_000]),
        (text, more) => string.Concat(Enumerable.Repeat(text, (CsvReader.MaxRecord + more) / Bytes(text).Length)))
        .Select(Bytes);

    /// <summary>Short, and hardly ever well-formed.</summary>
    public static Gen<byte[]> Noise { get; } = Joined(Tokens, 0, 24);

    /// <summary>
    /// Rows of a catalogue with the columns internal id, name, price and stock, good ones and bad ones, with noise in between.
    /// </summary>
    public static Gen<byte[]> Catalogue { get; } = Joined(Gen.Frequency((8, Rows), (1, Noise)), 0, 30);

    /// <summary>A few lines around the length of the longest record, or far beyond it, with rows and noise in between.</summary>
    public static Gen<byte[]> WithLongLines { get; } = Joined(Gen.Frequency((2, LongRuns), (2, Rows), (3, Tokens)), 1, 12);

    private static Gen<byte[]> Joined(Gen<byte[]> parts, int least, int most) =>
        parts.Array[least, most].Select(all => all.SelectMany(part => part).ToArray());

    // The one text that is not UTF-8 stands for its byte.
    private static byte[] Bytes(string text) =>
        text.Contains('\xFF') ? Encoding.Latin1.GetBytes(text.Replace('é', 'e')) : Encoding.UTF8.GetBytes(text);
}
