using Integration.Tests.Fixture;

namespace Integration.Tests.Imports;

/// <summary>Whatever dies during an import: it ends as if nothing had happened.</summary>
public sealed class ImportCrashTests(UninterruptedImports uninterrupted) : SystemTest, IClassFixture<UninterruptedImports>
{
    [Fact]
    public async Task Process_killed_at_five_random_moments_and_stopped_once_leaves_no_trace()
    {
        await using var system = await FulfillmentSystem.CreateAsync(uninterrupted.Servers);
        var imports = new ImportApi(system);
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper!.WriteLine($"Seed {seed}");
        var random = new Random(seed);
        var process = await system.StartAsync("Inventory", UninterruptedImports.Chunks);
        var id = await imports.StartAsync(uninterrupted.File);
        foreach (var share in Enumerable.Range(0, 5).Select(_ => random.NextDouble() * 0.9).Order().ToList())
        {
            await UninterruptedImports.DoneAsync(system, id, share);
            await process.KillAsync();
            process = await system.StartAsync("Inventory", UninterruptedImports.Chunks);
        }

        await UninterruptedImports.DoneAsync(system, id, 0.95);
        (await process.StopAsync()).ShouldBe(0);
        await system.StartAsync("Inventory", UninterruptedImports.Chunks);
        await uninterrupted.IsAlsoTheEndOfAsync(imports, id);
    }

    [Theory]
    [InlineData("import-after-publish", 3)]
    [InlineData("import-mid-chunk", 40)]
    [InlineData("import-before-commit", 60)]
    [InlineData("import-after-commit", 80)]
    public async Task Process_that_dies_at_an_awkward_moment_leaves_no_trace(string moment, int hit)
    {
        Assert.SkipUnless(Repository.HasFailpoints, "Failpoints are compiled into Debug builds only");
        await using var system = await FulfillmentSystem.CreateAsync(uninterrupted.Servers);
        var imports = new ImportApi(system);
        var dying = await system.StartAsync("Inventory", [("FAILPOINT", $"{moment}:{hit}"), .. UninterruptedImports.Chunks]);
        await SendAsync(imports);
        (await dying.WaitForExitAsync()).ShouldBe(137);

        await system.StartAsync("Inventory", UninterruptedImports.Chunks);

        // The upload was stored before anything of it was published, whether it has been answered or not.
        await uninterrupted.IsAlsoTheEndOfAsync(imports, await system.Inventory.ScalarAsync<long>("SELECT id FROM import_jobs"));
    }

    [Fact]
    public async Task Upload_that_was_not_answered_because_the_process_died_is_whole_or_can_be_repeated()
    {
        Assert.SkipUnless(Repository.HasFailpoints, "Failpoints are compiled into Debug builds only");
        await using var system = await FulfillmentSystem.CreateAsync(uninterrupted.Servers);
        var imports = new ImportApi(system);
        var dying = await system.StartAsync("Inventory", [("FAILPOINT", "import-before-plan:1"), .. UninterruptedImports.Chunks]);
        await SendAsync(imports);
        (await dying.WaitForExitAsync()).ShouldBe(137);

        await system.StartAsync("Inventory", UninterruptedImports.Chunks);

        var stored = await system.Inventory.ListAsync<long>("SELECT id FROM import_jobs");
        await uninterrupted.IsAlsoTheEndOfAsync(imports, stored is [var id] ? id : await imports.StartAsync(uninterrupted.File));
    }

    [Fact]
    public async Task Replica_takes_over_when_the_one_that_took_the_upload_dies()
    {
        await using var system = await FulfillmentSystem.CreateAsync(uninterrupted.Servers);
        var imports = new ImportApi(system);
        await system.StartAsync("Inventory", UninterruptedImports.Chunks);
        // The last one to be started is the one that takes the upload.
        var dying = await system.StartAsync("Inventory", UninterruptedImports.Chunks);
        var id = await imports.StartAsync(uninterrupted.File);
        await UninterruptedImports.DoneAsync(system, id, 0.3);

        await dying.KillAsync();

        await uninterrupted.IsAlsoTheEndOfAsync(imports, id);
    }

    [Fact]
    public async Task Connections_that_are_cut_again_and_again_leave_no_trace()
    {
        await using var system = await FulfillmentSystem.CreateAsync(uninterrupted.Servers);
        var imports = new ImportApi(system);
        await system.StartAsync("Inventory", UninterruptedImports.Chunks);
        var id = await imports.StartAsync(uninterrupted.File);
        for (var tenth = 0; tenth < 8; tenth++)
        {
            await UninterruptedImports.DoneAsync(system, id, tenth / 10.0);
            await system.Inventory.ExecuteAsync(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                + "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()");
        }

        await uninterrupted.IsAlsoTheEndOfAsync(imports, id);
    }

    private async Task SendAsync(ImportApi imports)
    {
        try
        {
            using var content = ImportApi.Raw(uninterrupted.File);
            using var response = await imports.PostAsync(content);
        }
        catch (HttpRequestException)
        {
            // The process may be gone before its answer is out.
            TestContext.Current.TestOutputHelper!.WriteLine("The upload was not answered.");
        }
    }
}
