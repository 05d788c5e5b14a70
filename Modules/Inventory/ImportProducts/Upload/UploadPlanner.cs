using System.Security.Cryptography;
using System.Text.Unicode;
using Fulfillment.Inventory.ImportProducts.Csv;

namespace Fulfillment.Inventory.ImportProducts.Upload;

/// <summary>A chunk as the planner found it in the file.</summary>
internal sealed record PlannedChunk(long Offset, long Length, long FirstLine, int Rows)
{
    public int[] Repeated { get; set; } = [];
}

/// <summary>Properties of a stored file.</summary>
internal sealed record UploadPlan(CatalogueHeader Header, long SizeBytes, string Sha256, long Rows, IReadOnlyList<PlannedChunk> Chunks);

/// <summary>
/// Stores a file, and in the same pass hashes it, cuts it into chunks between records, counts its rows and finds repeated keys. An import
/// therefore knows its size before it starts, and its chunks can be processed in any order and any number of times. Memory: two buffers.
/// </summary>
/// <param name="options">Limits.</param>
/// <param name="key">The column that identifies a product.</param>
/// <param name="duplicates">The row of a repeated key that counts.</param>
/// <param name="mode">Decides which columns are required.</param>
/// <param name="scratch">An empty file for the hashes of the keys; the caller closes it.</param>
/// <param name="bufferBytes">Bytes that are read at a time, more than the longest record.</param>
internal sealed class UploadPlanner(
    ImportOptions options, ImportKey key, ImportDuplicates duplicates, ImportMode mode, Stream scratch, int bufferBytes = 1024 * 1024)
{
    private readonly byte[] _buffer = new byte[bufferBytes];
    private readonly byte[] _keyText = new byte[CsvReader.MaxRecord];
    private readonly DuplicateKeys _keys = new(scratch);
    private readonly List<PlannedChunk> _chunks = [];
    private CsvField[] _fields = [];
    private CatalogueHeader? _header;
    private PlannedChunk? _chunk;
    private long _bufferOffset; // of the buffer within the file
    private int _filled;
    private long _line;
    private uint _rows;
    private bool _inEndless;

    /// <summary>Copies the source to the destination and plans it.</summary>
    /// <exception cref="UnreadableFileException">The file cannot be imported.</exception>
    /// <exception cref="FileTooLargeException">It is larger than allowed.</exception>
    public async Task<UploadPlan> RunAsync(Stream source, Stream destination, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        while (true)
        {
            var read = await source.ReadAtLeastAsync(_buffer.AsMemory(_filled), _buffer.Length - _filled, throwOnEndOfStream: false, ct);
            var complete = read < _buffer.Length - _filled;
            hash.AppendData(_buffer, _filled, read);
            await destination.WriteAsync(_buffer.AsMemory(_filled, read), ct);
            _filled += read;
            if (_bufferOffset + _filled > options.MaxFileBytes) throw new FileTooLargeException(options.MaxFileBytes);

            var used = Scan(complete);
            _buffer.AsSpan(used, _filled - used).CopyTo(_buffer);
            _bufferOffset += used;
            _filled -= used;
            if (complete) break;
        }

        Close();
        MarkRepeated();
        return new UploadPlan(_header!, _bufferOffset + _filled, Convert.ToHexStringLower(hash.GetHashAndReset()), _rows, _chunks);
    }

    private int Scan(bool complete)
    {
        var at = _header is null ? ReadHeader(complete) : _inEndless ? EndEndless(complete) : 0;
        if (_inEndless) return at;
        using var reader = new CsvReader(_buffer.AsMemory(at, _filled - at), _header!.Delimiter, complete, _fields, _line);
        CsvStatus status;
        while ((status = reader.Read()) == CsvStatus.Record) Add(at, reader);
        if (status == CsvStatus.Endless)
        {
            Close();
            _inEndless = true;
            Add(at, reader);
        }

        _line = reader.Line;
        return at + reader.Position;
    }

    private int ReadHeader(bool complete)
    {
        if (_filled == 0) throw new UnreadableFileException("is empty");
        (_header, var length, _line) = CatalogueHeader.Read(_buffer.AsMemory(0, _filled), complete);
        var missing = CatalogueColumns.Required(key, mode).Where(column => _header[column] < 0).Select(_header.NameOf).ToList();
        if (missing.Count > 0)
        {
            throw new UnreadableFileException(
                $"has no column {string.Join(" and no column ", missing)}; it has {string.Join(", ", _header.Names.Take(50))}",
                "MISSING_COLUMN");
        }

        _fields = new CsvField[_header.Names.Count];
        return length;
    }

    // The rest of a line that is longer than any buffer belongs to the chunk of its start, which holds nothing else.
    private int EndEndless(bool complete)
    {
        var newline = _buffer.AsSpan(0, _filled).IndexOf((byte)'\n');
        var length = newline < 0 ? _filled : newline + 1;
        _chunk = _chunk! with { Length = _bufferOffset + length - _chunk.Offset };
        if (newline < 0 && !complete) return length;
        _inEndless = false;
        _line++;
        Close();
        return length;
    }

    private void Add(int at, CsvReader reader)
    {
        var start = _bufferOffset + at + reader.Start;
        // Empty lines between two records belong to no chunk: they may be many, and a chunk is read into memory.
        if (_chunk is not null && start - _chunk.Offset >= options.ChunkBytes) Close();
        _chunk ??= new PlannedChunk(start, 0, reader.StartLine, 0);
        _chunk = _chunk with { Length = _bufferOffset + at + reader.Position - _chunk.Offset, Rows = _chunk.Rows + 1 };
        var place = _header![CatalogueColumns.Of(key)];
        // A broken record has no key. The import rejects it, so it must not displace another row.
        if (reader.Mistake == CsvMistake.None && reader.FieldCount > place && reader.FieldCount <= _fields.Length
            && Utf8.IsValid(_buffer.AsSpan(at + reader.Start, reader.Length)))
        {
            AddKey(_buffer.AsSpan(at, _filled - at), _fields[place]);
        }

        _rows++;
        if (_chunk.Length >= options.ChunkBytes && !_inEndless) Close();
    }

    private void AddKey(ReadOnlySpan<byte> data, CsvField field)
    {
        var value = data.Slice(field.Start, field.Length);
        if (field.Escaped) value = _keyText.AsSpan(0, Cell.Unescape(value, _keyText));
        var (skip, length) = Cell.Bounds(value, CatalogueColumns.Of(key), _header!.IsErrorsFile);
        if (length > 0) _keys.Add(_rows, value.Slice(skip, length));
    }

    private void Close()
    {
        if (_chunk is not null) _chunks.Add(_chunk);
        _chunk = null;
    }

    private void MarkRepeated()
    {
        var repeated = _keys.Find(duplicates);
        var (next, first) = (0, 0L);
        foreach (var chunk in _chunks)
        {
            var from = next;
            while (next < repeated.Count && repeated[next] < first + chunk.Rows) next++;
            if (next > from) chunk.Repeated = [.. repeated[from..next].Select(row => (int)(row - first))];
            first += chunk.Rows;
        }
    }
}

/// <summary>The upload, or its uncompressed content, is larger than allowed.</summary>
internal sealed class FileTooLargeException(long limit) : Exception($"The file is larger than {limit} bytes.");
