using Integration.Tests.Fixture;

namespace Integration.Tests.Imports;

/// <summary>The queue of chunks as others may use it: messages come twice, late, and from strangers.</summary>
public sealed class ImportMessageTests(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    private const string Queue = "product-import-queue";
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Repeated_and_foreign_messages_change_nothing()
    {
        var imports = new ImportApi(_system);
        await _system.StartAsync("Inventory", ("Import__ChunkBytes", "4096"));
        var recorder = await _system.Broker.RecordMessagesAsync(("inventory.events", "product.import"));
        var import = await imports.RunAsync(Catalogue.Of("M-", 500, n => n % 100 == 0 ? Catalogue.Line("M-", n, price: "free") : null));
        var (id, chunks) = (ImportApi.IdOf(import), import.GetProperty("chunks").GetInt32());
        chunks.ShouldBeGreaterThan(5);
        await Eventually.Get("all messages to be seen", () => Task.FromResult(recorder.Messages.Count), count => count >= chunks);
        recorder.Messages.Select(message => message.Json.GetProperty("importId").GetInt64()).ShouldAllBe(number => number == id);
        recorder.Messages.Select(message => message.Json.GetProperty("chunk").GetInt64()).Distinct().Count().ShouldBe(chunks);
        var rows = await _system.Inventory.DumpAsync(except: "dead_letters");

        foreach (var message in recorder.Messages.ToList()) await PublishAsync(message.Text);
        await PublishAsync(MessageOf(id, 0));
        await PublishAsync(MessageOf(id, 1));
        await PublishAsync(MessageOf(id, 1_000_000));
        await PublishAsync(MessageOf(id, -1));
        await PublishAsync(MessageOf(999_999, 0));
        await PublishAsync(MessageOf(-1, 0));
        await PublishAsync("not JSON");
        await PublishAsync("""{"importId":"x"}""");
        await Eventually.Get("an empty queue", () => _system.Broker.WaitingAsync(Queue), count => count == 0);
        await _system.StopAllAsync();

        // What was being worked on would be back in the queue.
        (await _system.Broker.WaitingAsync(Queue)).ShouldBe(0u);
        (await _system.Inventory.DumpAsync(except: "dead_letters")).ShouldBe(rows);
        (await _system.Inventory.ListAsync<string>("SELECT convert_from(body, 'UTF8') FROM dead_letters ORDER BY id"))
            .ShouldBe(["not JSON", """{"importId":"x"}"""], ignoreOrder: true);
        await _system.StartAsync("Inventory");
        ImportApi.StateOf(await imports.RunAsync(Catalogue.Of("AFTER-", 50))).ShouldBe("COMPLETED");
        (await imports.CountAsync("AFTER-")).ShouldBe(50);
        await _system.StopAllAsync();
    }

    [Fact]
    public async Task Message_of_a_finished_chunk_changes_nothing_while_the_import_runs()
    {
        const int Rows = 10_000;
        var imports = new ImportApi(_system);
        await _system.StartAsync("Inventory", ("Import__ChunkBytes", "16384"), ("Import__Window", "1"));
        var id = await imports.StartAsync(
            Catalogue.Of("TWICE-", Rows, n => n % 10 == 0 ? Catalogue.Line("TWICE-", n, price: "free") : null));
        await Eventually.Get("the first chunk", () => imports.GetAsync(id), import => import.GetProperty("chunksDone").GetInt32() > 0);
        // A paused import takes no chunk; the repeated messages wait behind it and meet it running again.
        await imports.ObeyAsync(id, "pause");
        var done = await _system.Inventory.ListAsync<int>(
            "SELECT chunk FROM import_chunks WHERE import_id = $1 AND done_at IS NOT NULL", id);
        done.ShouldNotBeEmpty();
        await imports.ObeyAsync(id, "resume");

        foreach (var chunk in done) await PublishAsync(MessageOf(id, chunk));
        var import = await imports.EndOfAsync(id);

        Counts.Of(import).ShouldBe(new Counts(Rows, 9_000, 1_000, Inserted: 9_000));
        (await imports.ErrorsAsync(id)).Count.ShouldBe(1_000);
        (await imports.CountAsync("TWICE-")).ShouldBe(9_000);
        await _system.StopAllAsync();
    }

    private static string MessageOf(long import, int chunk) =>
        $$"""{"eventId":"{{Guid.NewGuid()}}","timestamp":"2026-01-01T00:00:00.000Z","importId":{{import}},"chunk":{{chunk}}}""";

    private Task PublishAsync(string body) => _system.Broker.PublishBareAsync("inventory.events", "product.import", body);
}
