using System.Buffers.Binary;
using Npgsql;

namespace Fulfillment.Inventory.ImportProducts.Process;

/// <summary>
/// Rows in PostgreSQL's binary COPY format (see its documentation of COPY, "Binary Format"), built from the UTF-8 bytes of the file without
/// a string for each value.
/// </summary>
internal sealed class BinaryCopy : IDisposable
{
    private static readonly byte[] Signature = [.. "PGCOPY\n"u8, 0xFF, 0x0D, 0x0A, 0x00, 0, 0, 0, 0, 0, 0, 0, 0]; // no flags, no extension
    private byte[] _buffer;
    private int _length;

    public BinaryCopy(int capacity)
    {
        _buffer = ChunkBuffers.Bytes.Rent(Math.Max(capacity, 1024));
        Signature.CopyTo(_buffer, 0);
        _length = Signature.Length;
    }

    public int Rows { get; private set; }

    /// <summary>The bytes written so far.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public void StartRow(short fields)
    {
        BinaryPrimitives.WriteInt16BigEndian(Take(2), fields);
        Rows++;
    }

    /// <summary>A text; an empty one is null.</summary>
    public void Text(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            BinaryPrimitives.WriteInt32BigEndian(Take(4), -1);
            return;
        }

        var target = Take(4 + value.Length);
        BinaryPrimitives.WriteInt32BigEndian(target, value.Length);
        value.CopyTo(target[4..]);
    }

    public void Integer(int value)
    {
        var target = Take(8);
        BinaryPrimitives.WriteInt32BigEndian(target, 4);
        BinaryPrimitives.WriteInt32BigEndian(target[4..], value);
    }

    /// <summary>A numeric with two decimals: digits of base 10,000, the last one after the point.</summary>
    public void Money(long cents)
    {
        Span<short> digits = stackalloc short[6];
        var count = 1;
        digits[0] = (short)(cents % 100 * 100);
        for (var whole = cents / 100; whole > 0; whole /= 10_000) digits[count++] = (short)(whole % 10_000);

        var target = Take(12 + (2 * count));
        BinaryPrimitives.WriteInt32BigEndian(target, 8 + (2 * count));
        BinaryPrimitives.WriteInt16BigEndian(target[4..], (short)count);
        BinaryPrimitives.WriteInt16BigEndian(target[6..], (short)(count - 2)); // weight of the first digit
        BinaryPrimitives.WriteInt16BigEndian(target[8..], 0); // positive
        BinaryPrimitives.WriteInt16BigEndian(target[10..], 2); // decimals shown
        for (var i = 0; i < count; i++) BinaryPrimitives.WriteInt16BigEndian(target[(12 + (2 * i))..], digits[count - 1 - i]);
    }

    /// <summary>Sends the rows; nothing when there are none.</summary>
    /// <param name="connection">Connection with an open transaction.</param>
    /// <param name="target">Constant: table and columns.</param>
    /// <param name="timeoutSeconds">Timeout of the server's work.</param>
    /// <param name="ct">Cancels the copy.</param>
    public async Task SendAsync(NpgsqlConnection connection, string target, int timeoutSeconds, CancellationToken ct)
    {
        if (Rows == 0) return;
        BinaryPrimitives.WriteInt16BigEndian(Take(2), -1);
        await using var copy = await connection.BeginRawBinaryCopyAsync($"COPY {target} FROM STDIN (FORMAT BINARY)", ct);
        copy.ReadTimeout = copy.WriteTimeout = timeoutSeconds * 1000;
        await copy.WriteAsync(_buffer.AsMemory(0, _length), ct);
    }

    public void Dispose() => ChunkBuffers.Bytes.Return(_buffer);

    private Span<byte> Take(int size)
    {
        if (_length + size > _buffer.Length)
        {
            var larger = ChunkBuffers.Bytes.Rent(Math.Max(2 * _buffer.Length, _length + size));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ChunkBuffers.Bytes.Return(_buffer);
            _buffer = larger;
        }

        var taken = _buffer.AsSpan(_length, size);
        _length += size;
        return taken;
    }
}
