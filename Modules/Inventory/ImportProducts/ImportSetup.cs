using Fulfillment.Core;
using Fulfillment.Hosting;
using Fulfillment.Inventory.ImportProducts.Dispatch;
using Fulfillment.Inventory.ImportProducts.Upload;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fulfillment.Inventory.ImportProducts;

/// <summary>Registers the services of imports.</summary>
internal static class ImportSetup
{
    /// <summary>Reads the settings, and creates the folder of the uploads.</summary>
    /// <exception cref="ConfigurationException">A setting is wrong, or the folder is missing or cannot be written to.</exception>
    public static void AddImports(this IHostApplicationBuilder builder)
    {
        var options = builder.Services.AddValidatedOptions<ImportOptions>(builder.Configuration, "Import");
        builder.Services.AddSingleton<IImportFiles>(new SharedFolder(Folder(options.Directory, builder.Environment.IsDevelopment())));
        builder.Services.AddInstruments<ImportMetrics>();
        builder.Services.AddSingleton<UploadKeys>();
        builder.Services.AddPollingWorker<ImportDispatcher>();
    }

    private static string Folder(string setting, bool isDevelopment)
    {
        const string Example = "for example /var/lib/fulfillment/imports, a folder that all replicas of Inventory share";
        if (setting.Length == 0 && !isDevelopment) throw new ConfigurationException($"Import__Directory is missing, {Example}");
        var folder = setting.Length > 0 ? setting : Path.Combine(Path.GetTempPath(), "fulfillment-imports");
        try
        {
            Directory.CreateDirectory(folder);
            File.Create(Path.Combine(folder, $".{Guid.NewGuid():N}"), 1, FileOptions.DeleteOnClose).Dispose();
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ConfigurationException($"Import__Directory: '{folder}' cannot be written to ({e.Message}), {Example}");
        }
    }
}
