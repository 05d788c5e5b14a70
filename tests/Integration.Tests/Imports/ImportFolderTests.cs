using System.Globalization;
using Integration.Tests.Fixture;

namespace Integration.Tests.Imports;

/// <summary>The folder of the uploads, which others may use as well.</summary>
public sealed class ImportFolderTests(Servers servers) : SystemTest
{
    [Fact]
    public async Task Sweep_removes_files_of_its_own_imports_only()
    {
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        await (await system.StartAsync("Inventory")).StopAsync();
        var ended = $"{Guid.NewGuid():N}.csv";
        await system.Inventory.ExecuteAsync(
            """
            INSERT INTO import_jobs (file_key, file_name, size_bytes, sha256, state, key, duplicates, mode, dry_run, delimiter, header,
                total_rows)
            VALUES ($1, 'old.csv', 1, '', 'COMPLETED', 'INTERNAL_ID', 'LAST', 'UPSERT', false, 44, '{}', 0)
            """,
            ended);
        string[] foreign =
        [
            "catalogue.csv", ".hidden", "notes.part", $"{Guid.NewGuid():N}.csv", $"{Guid.NewGuid():N}.csv.part",
            $"{Guid.NewGuid():N}/{Guid.NewGuid():N}.csv",
        ];
        var installation = await system.Inventory.ScalarAsync<Guid>("SELECT id FROM installation");
        string[] own =
        [
            ended, $"{installation:N}/{Guid.NewGuid():N}.csv", $"{installation:N}/{Guid.NewGuid():N}.csv.part",
            $"{installation:N}/{Guid.NewGuid():N}.csv.keys",
        ];
        foreach (var name in foreign.Concat(own)) Plant(system, name);

        await using var process = await system.StartAsync("Inventory");

        await Eventually.True(
            "the own files to be removed", () => !own.Any(name => File.Exists(Path.Combine(system.ImportDirectory, name))));
        foreign.Where(name => !File.Exists(Path.Combine(system.ImportDirectory, name))).ShouldBeEmpty();
    }

    [Fact]
    public async Task Upload_keeps_all_its_files_in_the_folder_of_the_uploads()
    {
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        await using var process = await system.StartAsync("Inventory");
        using var content = new SlowContent();
        var upload = new ImportApi(system).PostAsync(content);

        var keys = await Eventually.Get(
            "the file of the keys", () => Task.FromResult(OpenFiles(process.Id).FirstOrDefault(path => path.Contains(".keys"))),
            path => path is not null);
        keys.ShouldStartWith(system.ImportDirectory);

        content.End();
        using var response = await upload;
        await ImportApi.AcceptedAsync(response);
    }

    private static void Plant(FulfillmentSystem system, string name)
    {
        var path = Path.Combine(system.ImportDirectory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "x");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-2));
    }

    private static IEnumerable<string> OpenFiles(int process)
    {
        foreach (var link in Directory.EnumerateFiles(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fd")))
        {
            if (new FileInfo(link).LinkTarget is { } target) yield return target;
        }
    }

    /// <summary>A file that comes in until the test ends it.</summary>
    private sealed class SlowContent : HttpContent
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SlowContent() => Headers.ContentType = new("text/csv");

        public void End() => _end.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync(Catalogue.Bytes(Catalogue.Small("KEYS-1,N,1,5")));
            await stream.FlushAsync();
            await _end.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
