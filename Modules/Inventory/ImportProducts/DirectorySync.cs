using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Fulfillment.Inventory.ImportProducts;

/// <summary>Makes names in a directory durable: flushing a file does not flush the directory that names it.</summary>
internal static class DirectorySync
{
    /// <summary>Flushes a directory to disk. Windows needs no such call.</summary>
    /// <exception cref="IOException">The directory cannot be flushed.</exception>
    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows()) return;
        // .NET opens no handle of a directory.
        var descriptor = Open(directory, 0);
        if (descriptor < 0) throw Failure(directory);
        try
        {
            if (Fsync(descriptor) != 0) throw Failure(directory);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string directory) =>
        new($"The directory {directory} cannot be flushed to disk: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    [DllImport(
        "libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
