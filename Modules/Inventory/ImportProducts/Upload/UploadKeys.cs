using Fulfillment.Persistence;

namespace Fulfillment.Inventory.ImportProducts.Upload;

/// <summary>Names the files of this database, so that others may use the same folder.</summary>
public sealed class UploadKeys(ModuleDatabase<InventoryDbContext> database)
{
    private string? _installation;

    /// <summary>Id of this database, the first part of every key.</summary>
    public async Task<string> GetInstallationAsync(CancellationToken ct)
    {
        if (_installation is not null) return _installation;
        await using var command = database.Source.CreateCommand("SELECT id FROM installation");
        return _installation = ((Guid)(await command.ExecuteScalarAsync(ct))!).ToString("N");
    }

    /// <summary>A key for a new upload.</summary>
    public async Task<string> NewAsync(CancellationToken ct) => $"{await GetInstallationAsync(ct)}/{Guid.CreateVersion7():N}.csv";
}
