using System.Text;
using Fulfillment.Inventory.ImportProducts.Csv;

namespace Modules.Tests.Imports;

/// <summary>
/// Records as text that is easy to compare: <c>LINE: CELL|CELL</c>, or <c>LINE: MISTAKE RECORD</c>. Each byte is one character of it.
/// </summary>
internal static class CsvRecords
{
    public static List<string> Read(string data, char delimiter = ',') =>
        Read(Encoding.Latin1.GetBytes(data), delimiter, complete: true).Records;

    public static (List<string> Records, CsvStatus End, int Position, long Line) Read(
        byte[] data, char delimiter, bool complete, long line = 1)
    {
        var records = new List<string>();
        var fields = new CsvField[100];
        using var reader = new CsvReader(data, (byte)delimiter, complete, fields, line);
        CsvStatus status;
        while ((status = reader.Read()) is CsvStatus.Record or CsvStatus.Endless)
        {
            var record = Encoding.Latin1.GetString(data, reader.Start, reader.Length);
            records.Add(reader.Mistake == CsvMistake.None
                ? $"{reader.StartLine}: {string.Join('|', fields.Take(reader.FieldCount).Select(field => Text(data, field)))}"
                : $"{reader.StartLine}: {reader.Mistake} {record}");
            if (status == CsvStatus.Endless) break;
        }

        return (records, status, reader.Position, reader.Line);
    }

    private static string Text(byte[] data, CsvField field)
    {
        var value = data.AsSpan(field.Start, field.Length);
        var unescaped = new byte[value.Length];
        return Encoding.Latin1.GetString(field.Escaped ? unescaped.AsSpan(0, Cell.Unescape(value, unescaped)) : value);
    }
}
