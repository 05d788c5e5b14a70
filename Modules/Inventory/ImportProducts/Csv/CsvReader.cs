using System.Buffers;

namespace Fulfillment.Inventory.ImportProducts.Csv;

/// <summary>Position of a value in the bytes that were read, without its quotes.</summary>
/// <param name="Escaped">True when the value has doubled quotes.</param>
internal readonly record struct CsvField(int Start, int Length, bool Escaped);

/// <summary>The error of a whole record.</summary>
internal enum CsvMistake : byte
{
    None,
    BadQuoting,
    TooLong,
}

/// <summary>Result of an attempt to read a record.</summary>
internal enum CsvStatus
{
    /// <summary>A record.</summary>
    Record,

    /// <summary>No record is left.</summary>
    End,

    /// <summary>The record may continue after the available bytes.</summary>
    NeedMore,

    /// <summary>A broken record whose first line continues after the available bytes, however many they are.</summary>
    Endless,
}

/// <summary>
/// Finds records and fields in the bytes of a CSV file (RFC 4180; lines end with LF or CRLF), without copying or decoding any of them. A
/// record whose quoting is broken, or that is longer than <see cref="MaxRecord"/>, ends with its first line. So whether bytes are read as a
/// whole or cut between any two records makes no difference, and a forgotten quote never swallows the rest of a file.
/// </summary>
internal ref struct CsvReader(ReadOnlySpan<byte> data, byte delimiter, bool complete, CsvField[] fields, long line = 1)
{
    /// <summary>Bytes of the longest record.</summary>
    public const int MaxRecord = 64 * 1024;

    private const int Window = MaxRecord + 2; // with its CRLF

    private readonly ReadOnlySpan<byte> _data = data;
    private readonly SearchValues<byte> _ends = EndsOf(delimiter);

    /// <summary>Offset of the next record.</summary>
    public int Position { get; private set; }

    /// <summary>Physical line on which the next record starts, from 1.</summary>
    public long Line { get; private set; } = line;

    /// <summary>Offset of the current record.</summary>
    public int Start { get; private set; }

    /// <summary>Bytes of the current record, without its line end.</summary>
    public int Length { get; private set; }

    /// <summary>Physical line on which the current record starts.</summary>
    public long StartLine { get; private set; }

    /// <summary>Number of fields in the current record; only as many as the buffer holds are kept.</summary>
    public int FieldCount { get; private set; }

    /// <summary>The error of the current record.</summary>
    public CsvMistake Mistake { get; private set; }

    /// <summary>Reads the next record and skips empty lines.</summary>
    public CsvStatus Read()
    {
        while (Position < _data.Length)
        {
            if (_data[Position] == '\n') Position++;
            else if (_data[Position] != '\r') return ReadRecord();
            else if (Position + 1 == _data.Length && !complete) return CsvStatus.NeedMore;
            else if (Position + 1 == _data.Length) Position++;
            else if (_data[Position + 1] == '\n') Position += 2;
            else return ReadRecord();
            Line++;
        }

        return complete ? CsvStatus.End : CsvStatus.NeedMore;
    }

    private static SearchValues<byte> EndsOf(byte delimiter) => delimiter switch
    {
        (byte)',' => Comma,
        (byte)';' => Semicolon,
        (byte)'\t' => Tab,
        _ => SearchValues.Create([delimiter, (byte)'\n', (byte)'"']),
    };

    private static readonly SearchValues<byte> Comma = SearchValues.Create(",\n\""u8);
    private static readonly SearchValues<byte> Semicolon = SearchValues.Create(";\n\""u8);
    private static readonly SearchValues<byte> Tab = SearchValues.Create("\t\n\""u8);

    private CsvStatus ReadRecord()
    {
        // The bytes within the window decide everything about a record, so the result does not depend on the cuts between reads.
        var reach = _data.Slice(Position, Math.Min(Window, _data.Length - Position));
        var isLast = complete && reach.Length == _data.Length - Position;
        var (at, count, newlines) = (0, 0, 0);
        while (true)
        {
            int end; // offset after the field
            if (at < reach.Length && reach[at] == '"')
            {
                var escaped = false;
                for (end = at + 1; ; end++)
                {
                    var step = reach[end..].IndexOfAny((byte)'"', (byte)'\n');
                    if (step < 0) return isLast ? Broken() : OutOfReach(reach);
                    end += step;
                    if (reach[end] == '\n') newlines++;
                    else if (end + 1 == reach.Length && !isLast) return OutOfReach(reach);
                    else if (end + 1 < reach.Length && reach[end + 1] == '"') (escaped, end) = (true, end + 1);
                    else break;
                }

                Keep(count++, at + 1, end - at - 1, escaped);
                end++;
            }
            else
            {
                var step = reach[at..].IndexOfAny(_ends);
                if (step < 0)
                {
                    if (!isLast) return OutOfReach(reach);
                    end = reach.Length;
                    var length = end > at && reach[^1] == '\r' ? end - at - 1 : end - at;
                    Keep(count++, at, length, escaped: false);
                    return Found(at + length, end, count, newlines);
                }

                end = at + step;
                if (reach[end] == '"') return Broken();
                var content = reach[end] == '\n' && end > at && reach[end - 1] == '\r' ? end - 1 : end;
                Keep(count++, at, content - at, escaped: false);
                if (reach[end] == '\n') return Found(content, end + 1, count, newlines);
            }

            if (end == reach.Length) return isLast ? Found(end, end, count, newlines) : OutOfReach(reach);
            if (reach[end] == '\n') return Found(end, end + 1, count, newlines);
            if (reach[end] == '\r')
            {
                if (end + 1 == reach.Length) return isLast ? Found(end, end + 1, count, newlines) : OutOfReach(reach);
                if (reach[end + 1] == '\n') return Found(end, end + 2, count, newlines);
            }

            if (reach[end] != delimiter) return Broken();
            at = end + 1;
        }
    }

    private readonly void Keep(int index, int start, int length, bool escaped)
    {
        if (index < fields.Length) fields[index] = new CsvField(Position + start, length, escaped);
    }

    private CsvStatus Found(int length, int consumed, int count, int newlines)
    {
        if (length > MaxRecord) return Broken();
        Take(length, consumed, CsvMistake.None, lines: newlines + 1);
        FieldCount = count;
        return CsvStatus.Record;
    }

    // More bytes may complete the record, unless it already exceeds the longest record. Then the line is too long, or a quote is never
    // closed.
    private CsvStatus OutOfReach(ReadOnlySpan<byte> reach) => reach.Length < Window ? CsvStatus.NeedMore : Broken();

    // The first line decides the error. A line that is too long is reported as such whatever other errors it has, so the reader does not
    // scan all of it.
    private CsvStatus Broken()
    {
        var rest = _data[Position..];
        var newline = rest.IndexOf((byte)'\n');
        if (newline < 0 && !complete)
        {
            if (rest.Length < Window) return CsvStatus.NeedMore;
            Take(rest.Length, rest.Length, CsvMistake.TooLong, lines: 0);
            return CsvStatus.Endless;
        }

        var consumed = newline < 0 ? rest.Length : newline + 1;
        var length = newline < 0 ? rest.Length : newline;
        if (length > 0 && rest[length - 1] == '\r') length--;
        Take(length, consumed, length > MaxRecord ? CsvMistake.TooLong : CsvMistake.BadQuoting, lines: 1);
        return CsvStatus.Record;
    }

    private void Take(int length, int consumed, CsvMistake mistake, int lines)
    {
        (Start, Length, StartLine, Mistake, FieldCount) = (Position, length, Line, mistake, 0);
        Position += consumed;
        Line += lines;
    }
}
