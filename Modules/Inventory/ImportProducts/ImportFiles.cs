using System.Text.RegularExpressions;

namespace Fulfillment.Inventory.ImportProducts;

/// <summary>
/// Storage of uploads: a file is written once from start to end, and any replica reads ranges of it. An object store can implement it
/// (multipart upload, ranged get).
/// </summary>
public interface IImportFiles
{
    /// <summary>Opens a new file for writing. It exists for readers once it has been completed.</summary>
    Stream Create(string key);

    /// <summary>Opens a scratch file for an upload that is coming in. It vanishes when it is closed.</summary>
    FileStream CreateScratch(string key);

    /// <summary>Makes a written file durable and readable.</summary>
    Task CompleteAsync(string key, Stream written, CancellationToken ct);

    /// <summary>Reads a range into the buffer, or as much of it as exists.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    Task<int> ReadAsync(string key, long offset, Memory<byte> buffer, CancellationToken ct);

    /// <summary>Removes a file, completed or not; one that does not exist is removed already.</summary>
    void Delete(string key);

    /// <summary>
    /// The files of one installation and of earlier versions, whose keys name no installation, with the time of their last write.
    /// </summary>
    IEnumerable<(string Key, DateTimeOffset WrittenAt)> List(string installation);
}

/// <summary>
/// Files in a folder that all replicas share, for example a mounted volume. Each installation has a folder of its own in it, so a key is
/// <c>installation/name.csv</c>. Other files in the folder belong to other programs.
/// </summary>
internal sealed partial class SharedFolder(string folder) : IImportFiles
{
    private const string Unfinished = ".part";
    private const string Scratch = ".keys";

    public Stream Create(string key)
    {
        var path = Path.Combine(folder, key);
        var parent = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(parent))
        {
            Directory.CreateDirectory(parent);
            DirectorySync.Flush(folder);
        }

        return new FileStream(path + Unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: false);
    }

    public FileStream CreateScratch(string key)
    {
        var path = Path.Combine(folder, key + Scratch);
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, 128 * 1024, FileOptions.DeleteOnClose);
        // On systems that allow open files without a name, even a killed process leaves no file behind.
        if (!OperatingSystem.IsWindows()) File.Delete(path);
        return file;
    }

    public async Task CompleteAsync(string key, Stream written, CancellationToken ct)
    {
        // The response promises that the upload is stored, so the file and its name must survive a power failure.
        await Task.Run(() => ((FileStream)written).Flush(flushToDisk: true), ct);
        await written.DisposeAsync();
        var path = Path.Combine(folder, key);
        File.Move(path + Unfinished, path);
        await Task.Run(() => DirectorySync.Flush(Path.GetDirectoryName(path)!), ct);
    }

    public async Task<int> ReadAsync(string key, long offset, Memory<byte> buffer, CancellationToken ct)
    {
        using var file = File.OpenHandle(Path.Combine(folder, key), options: FileOptions.Asynchronous);
        var total = 0;
        while (total < buffer.Length && await RandomAccess.ReadAsync(file, buffer[total..], offset + total, ct) is > 0 and var read)
            total += read;
        return total;
    }

    public void Delete(string key)
    {
        foreach (var path in new[] { key + Scratch, key + Unfinished, key }.Select(name => Path.Combine(folder, name)))
        {
            if (File.Exists(path)) File.Delete(path);
        }
    }

    public IEnumerable<(string Key, DateTimeOffset WrittenAt)> List(string installation) =>
        List(Path.Combine(folder, installation), $"{installation}/").Concat(List(folder, ""));

    private static IEnumerable<(string Key, DateTimeOffset WrittenAt)> List(string path, string prefix) =>
        from file in Directory.Exists(path) ? new DirectoryInfo(path).EnumerateFiles() : []
        let name = OwnName().Match(file.Name)
        where name.Success
        select (prefix + name.Groups[1].Value, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero));

    [GeneratedRegex(@"^([0-9a-f]{32}\.csv)(\.part|\.keys)?$")]
    private static partial Regex OwnName();
}
