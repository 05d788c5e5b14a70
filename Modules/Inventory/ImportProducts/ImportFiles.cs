namespace Fulfillment.Inventory.ImportProducts;

/// <summary>
/// Where uploads are kept: written once from start to end, read in ranges by any replica. An object store can stand behind it (multipart
/// upload, ranged get).
/// </summary>
public interface IImportFiles
{
    /// <summary>Opens a new file for writing. It exists for readers once it has been completed.</summary>
    Stream Create(string key);

    /// <summary>Makes a written file durable and readable.</summary>
    Task CompleteAsync(string key, Stream written, CancellationToken ct);

    /// <summary>Reads a range into the buffer, and as much of it as there is.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    Task<int> ReadAsync(string key, long offset, Memory<byte> buffer, CancellationToken ct);

    /// <summary>Removes a file, completed or not; one that does not exist is removed already.</summary>
    void Delete(string key);

    /// <summary>Every file there is, and when it was written to last.</summary>
    IEnumerable<(string Key, DateTimeOffset WrittenAt)> List();
}

/// <summary>Files in a folder that all replicas share, for example a mounted volume.</summary>
internal sealed class SharedFolder(string folder) : IImportFiles
{
    private const string Unfinished = ".part";

    public Stream Create(string key) => new FileStream(
        Path.Combine(folder, key + Unfinished), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: false);

    public async Task CompleteAsync(string key, Stream written, CancellationToken ct)
    {
        // Whoever is told that the upload was stored relies on it: it has to survive a power failure.
        await Task.Run(() => ((FileStream)written).Flush(flushToDisk: true), ct);
        await written.DisposeAsync();
        File.Move(Path.Combine(folder, key + Unfinished), Path.Combine(folder, key));
    }

    public async Task<int> ReadAsync(string key, long offset, Memory<byte> buffer, CancellationToken ct)
    {
        using var file = File.OpenHandle(Path.Combine(folder, key), options: FileOptions.Asynchronous);
        var total = 0;
        while (total < buffer.Length && await RandomAccess.ReadAsync(file, buffer[total..], offset + total, ct) is > 0 and var read) total += read;
        return total;
    }

    public void Delete(string key)
    {
        File.Delete(Path.Combine(folder, key + Unfinished));
        File.Delete(Path.Combine(folder, key));
    }

    public IEnumerable<(string Key, DateTimeOffset WrittenAt)> List() => new DirectoryInfo(folder).EnumerateFiles()
        .Select(file => (Path.GetFileName(file.Name.Replace(Unfinished, "", StringComparison.Ordinal)), new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero)));
}
