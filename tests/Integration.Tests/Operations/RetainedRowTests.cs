using Integration.Tests.Fixture;

namespace Integration.Tests.Operations;

/// <summary>Rows that are removed after some time, and those that stay.</summary>
public sealed class RetainedRowTests(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Old_replayed_dead_letters_and_rejected_rows_are_removed_and_all_others_stay()
    {
        await using (await _system.StartAsync("Inventory")) await FillAsync();

        await _system.StartAsync("Inventory", ("Retention__ReplayedDeadLetters", "2.00:00:00"), ("Retention__ImportErrors", "2.00:00:00"));

        await Eventually.Get(
            "the old dead letters to be removed", () => DeadLetters(), left => left.SequenceEqual(["new replayed", "old open"]));
        await Eventually.Get("the old errors to be removed", () => Errors(), left => left.SequenceEqual(["failed", "new"]));
        (await _system.Inventory.CountAsync("import_jobs")).ShouldBe(3);
    }

    private Task<IReadOnlyList<string>> DeadLetters() =>
        _system.Inventory.ListAsync<string>("SELECT DISTINCT queue FROM dead_letters ORDER BY queue");

    private Task<IReadOnlyList<string>> Errors() =>
        _system.Inventory.ListAsync<string>(
            "SELECT DISTINCT file_name FROM import_errors JOIN import_jobs ON import_id = id ORDER BY file_name");

    // More than one batch of each.
    private Task FillAsync() => _system.Inventory.ExecuteAsync("""
        INSERT INTO dead_letters (
            dedupe_key, queue, event_type, exchange, routing_key, body, body_bytes, headers, exception_type, exception_message, attempts,
            failed_at, status, replayed_at)
        SELECT decode(md5(queue || n), 'hex'), queue, 'E', '', '', '', 0, '{}', 'X', 'X', 1, now() - age, status::dead_letter_status,
            CASE status WHEN 'REPLAYED' THEN now() - age END
        FROM generate_series(1, 1500) AS n,
            (VALUES ('old replayed', 'REPLAYED', interval '3 days'), ('new replayed', 'REPLAYED', interval '1 day'),
                ('old open', 'OPEN', interval '3 days')) AS kind (queue, status, age);
        INSERT INTO import_jobs (
            file_key, file_name, size_bytes, sha256, state, key, duplicates, mode, dry_run, delimiter, header, total_rows, finished_at)
        SELECT name, name, 1, '', state::import_state, 'INTERNAL_ID', 'LAST', 'UPSERT', false, 44, '{}', 0, now() - age
        FROM (VALUES ('old', 'COMPLETED', interval '3 days'), ('new', 'COMPLETED', interval '1 day'),
                ('failed', 'FAILED', interval '3 days')) AS job (name, state, age);
        INSERT INTO import_errors (import_id, row, code, message, record)
        SELECT id, n, 'MISSING_VALUE', 'M', '' FROM import_jobs, generate_series(1, 1500) AS n;
        """);
}
