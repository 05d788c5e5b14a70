using CsvHelper;

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
/// Finds records and fields in the bytes of a CSV file (RFC 4180; lines end with LF or CRLF), without copying or decoding them. CsvHelper
/// splits, and this class decides where a record ends: a record whose quoting is broken, or that is longer than <see cref="MaxRecord"/>,
/// ends with its first line. So whether bytes are read as a whole or cut between any two records makes no difference, and a forgotten quote
/// never swallows the rest of a file.
/// </summary>
internal sealed class CsvReader(ReadOnlyMemory<byte> data, byte delimiter, bool complete, CsvField[] fields, long line = 1) : IDisposable
{
    /// <summary>Bytes of the longest record.</summary>
    public const int MaxRecord = 64 * 1024;

    private const int Window = MaxRecord + 2; // with its CRLF
    private const int MaxReach = 2 * MaxRecord;
    private const int ReachAfterBroken = 256;

    private CsvHelper.CsvReader? _csv;
    private CsvReaderOptions? _options;
    private ReadOnlyMemory<byte> _text; // what the library reads: the data, or a masked copy
    private int _shift; // offset of the data within the text
    private int _first; // offset within the data at which the library begins
    private int _end; // offset within the data at which the library ends
    private int _reach; // bytes from the next record on that the library may read
    private bool _malformed; // the record that the library has just read

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
        while (true)
        {
            var csv = _csv ?? Open(MaxReach);
            _malformed = false;
            var found = csv.Read();
            if (!found && complete && _end == data.Length) return CsvStatus.End;
            var (start, length) = found ? (_first + (int)csv.ByteOffset, csv.RawRecord.Length) : (_end, 0);
            if (start < Position) continue; // the line end in front of the record
            var next = AfterLineEnd(start + length);
            if (next < 0) Open(_reach, masked: true);
            else if (next <= _end ? _malformed || length > MaxRecord : _end - start >= Window) return Broken(next);
            else if (next > _end && _end == data.Length) return CsvStatus.NeedMore;
            else if (next > _end) Open(8 * _reach);
            else if (length > 0) return Found(csv, length, next);
            else (Position, Line) = (next, Line + 1);
        }
    }

    public void Dispose() => _csv?.Dispose();

    // Beyond the end when the record may continue there, and negative after a carriage return alone, which ends no record.
    private int AfterLineEnd(int at) => data.Span[at.._end] switch
    {
        [(byte)'\n', ..] => at + 1,
        [(byte)'\r', (byte)'\n', ..] => at + 2,
        [(byte)'\r', _, ..] => -1,
        _ => complete && _end == data.Length ? _end : int.MaxValue,
    };

    // Begins with the line end in front of the next record, because the library takes some first bytes for a byte order mark.
    private CsvHelper.CsvReader Open(int reach, bool masked = false)
    {
        if (masked || (_csv is null && data.Span is [0 or > 0x7F, ..])) Mask();
        else if (_csv is null) _text = data;
        _csv?.Dispose();
        _options ??= new CsvReaderOptions
        {
            Separator = (char)delimiter, HasHeader = false, SkipEmptyLines = false, DetectSeparatorHint = false,
            OnMalformedRecord = _ => _malformed = true,
        };
        _reach = Math.Min(reach, MaxReach);
        _first = Math.Max(Position - 1, -_shift);
        _end = Math.Min(Position + _reach, data.Length);
        return _csv = CsvHelper.CsvReader.Create(_text[(_first + _shift)..(_end + _shift)], _options);
    }

    // Puts a line end in front, and blanks for the carriage returns that end no record. All offsets in the data stay the same.
    private void Mask()
    {
        byte[] text = [(byte)'\n', .. data.Span];
        for (var at = 1; at < text.Length - 1; at++)
        {
            if (text[at] == '\r' && text[at + 1] != '\n') text[at] = (byte)' ';
        }

        (_text, _shift) = (text, 1);
    }

    private CsvStatus Found(CsvHelper.CsvReader csv, int length, int next)
    {
        Take(length, next, CsvMistake.None, lines: 1 + csv.RawRecord.Count((byte)'\n'));
        FieldCount = csv.FieldCount;
        var at = Start;
        for (var i = 0; i < Math.Min(FieldCount, fields.Length); i++)
        {
            var field = csv.GetRawSpan(i);
            fields[i] = field is [(byte)'"', .. var value, _]
                ? new CsvField(at + 1, value.Length, value.Contains((byte)'"'))
                : new CsvField(at, field.Length, Escaped: false);
            at += field.Length + 1;
        }

        return CsvStatus.Record;
    }

    // The first line decides the error. A line that is too long is reported as such whatever other errors it has. The library scans again
    // what follows a record of several lines that is broken, so it is given only a little of it at first.
    private CsvStatus Broken(int next)
    {
        var rest = data.Span[Position..];
        var newline = rest.IndexOf((byte)'\n');
        if (newline < 0 && !complete)
        {
            if (rest.Length < Window) return CsvStatus.NeedMore;
            Take(rest.Length, data.Length, CsvMistake.TooLong, lines: 0);
            return CsvStatus.Endless;
        }

        var text = newline < 0 ? rest : rest[..newline];
        var length = text is [.., (byte)'\r'] ? text.Length - 1 : text.Length;
        var after = newline < 0 ? data.Length : Position + newline + 1;
        Take(length, after, length > MaxRecord ? CsvMistake.TooLong : CsvMistake.BadQuoting, lines: 1);
        if (after != next) Open(ReachAfterBroken);
        return CsvStatus.Record;
    }

    private void Take(int length, int next, CsvMistake mistake, int lines)
    {
        (Start, Length, StartLine, Mistake, FieldCount) = (Position, length, Line, mistake, 0);
        (Position, Line) = (next, Line + lines);
    }
}
