namespace Fulfillment.Inventory.ImportProducts.Upload;

/// <summary>
/// Appends eight bytes of 255 to a stream. A gzip file ends with eight bytes of checksum and length, and .NET does not report an error when
/// they are missing. The padding replaces the missing bytes by wrong ones. After a complete file it is ignored.
/// </summary>
internal sealed class PaddedStream(Stream source) : Stream
{
    private int _left = 8;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await source.ReadAsync(buffer, cancellationToken);
        return read > 0 || buffer.IsEmpty ? read : Pad(buffer.Span);
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = source.Read(buffer, offset, count);
        return read > 0 || count == 0 ? read : Pad(buffer.AsSpan(offset, count));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) source.Dispose();
        base.Dispose(disposing);
    }

    private int Pad(Span<byte> buffer)
    {
        var count = Math.Min(_left, buffer.Length);
        buffer[..count].Fill(0xFF);
        _left -= count;
        return count;
    }
}
