using System.Globalization;
using Fulfillment.Persistence;
using Integration.Tests.Fixture;
using Npgsql;

namespace Integration.Tests;

/// <summary>The building block that writes many callers' work in one transaction, on a real database.</summary>
public sealed class GroupCommitTests(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>, IAsyncLifetime
{
    private readonly Database _database = shared.System.Orders;
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(shared.System.Orders.ConnectionString);

    public async ValueTask InitializeAsync() => await _database.ExecuteAsync("""
        DROP TABLE IF EXISTS work, total;
        CREATE TABLE work (id bigint PRIMARY KEY, amount int NOT NULL CHECK (amount >= 0));
        CREATE TABLE total (sum bigint NOT NULL);
        INSERT INTO total VALUES (0);
        """);

    [Fact]
    public async Task Caller_gets_its_result_only_when_others_can_see_its_row()
    {
        await using var writer = Commit(connection => ExecuteAsync(connection, "SELECT pg_sleep(0.1)"));

        var seen = await Task.WhenAll(Enumerable.Range(1, 50).Select(async id =>
        {
            await writer.ExecuteAsync(new Work(id, 1));
            return await _database.ScalarAsync<long>("SELECT count(*) FROM work WHERE id = $1", (long)id);
        }));

        seen.ShouldAllBe(count => count == 1);
    }

    [Fact]
    public async Task Concurrent_calls_share_transactions()
    {
        await using var writer = Commit(_ => Task.CompletedTask);

        await Task.WhenAll(Enumerable.Range(1, 2_000).Select(id => writer.ExecuteAsync(new Work(id, 1))));

        (await _database.ScalarAsync<long>("SELECT count(DISTINCT xmin::text) FROM work")).ShouldBeLessThan(1_000);
        (await _database.ScalarAsync<long>("SELECT sum FROM total")).ShouldBe(2_000);
    }

    [Fact]
    public async Task Item_that_the_database_refuses_fails_alone()
    {
        await using var writer = Commit(_ => Task.CompletedTask);

        var calls = Enumerable.Range(1, 100).Select(id => writer.ExecuteAsync(new Work(id, id == 57 ? -1 : 1))).ToList();

        (await Should.ThrowAsync<PostgresException>(calls[56])).SqlState.ShouldBe(PostgresErrorCodes.CheckViolation);
        calls.RemoveAt(56);
        await Task.WhenAll(calls);
        (await _database.ListAsync<long>("SELECT id FROM work ORDER BY id"))
            .ShouldBe(Enumerable.Range(1, 100).Where(id => id != 57).Select(id => (long)id));
        (await _database.ScalarAsync<long>("SELECT sum FROM total")).ShouldBe(99);
    }

    [Theory]
    [InlineData(PostgresErrorCodes.SerializationFailure)]
    [InlineData(PostgresErrorCodes.DeadlockDetected)]
    [InlineData("terminated")]
    public async Task Batch_that_fails_in_passing_is_written_once(string failure)
    {
        var failures = 0;
        await using var writer = Commit(async connection =>
        {
            if (failures++ > 0) return;
            if (failure == "terminated")
            {
                await _database.ExecuteAsync("SELECT pg_terminate_backend($1)", connection.ProcessID);
                await ExecuteAsync(connection, "SELECT 1");
            }

            await ExecuteAsync(
                connection,
                string.Create(CultureInfo.InvariantCulture, $"DO $$ BEGIN RAISE EXCEPTION 'passing' USING ERRCODE = '{failure}'; END $$"));
        });

        await Task.WhenAll(Enumerable.Range(1, 100).Select(id => writer.ExecuteAsync(new Work(id, 1))));

        failures.ShouldBeGreaterThan(1);
        (await _database.ScalarAsync<long>("SELECT count(*) FROM work")).ShouldBe(100);
        (await _database.ScalarAsync<long>("SELECT sum FROM total")).ShouldBe(100);
    }

    [Fact]
    public async Task Caller_that_gives_up_breaks_no_other_caller()
    {
        using var cancellation = new CancellationTokenSource();
        await using var writer = Commit(connection => ExecuteAsync(connection, "SELECT pg_sleep(0.2)"));

        var calls = Enumerable.Range(1, 20)
            .Select(id => writer.ExecuteAsync(new Work(id, 1), id == 10 ? cancellation.Token : default)).ToList();
        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(calls[9]);
        calls.RemoveAt(9);
        await Task.WhenAll(calls);
        (await _database.ScalarAsync<long>("SELECT count(*) FROM work WHERE id <> 10")).ShouldBe(19);
    }

    [Fact]
    public async Task Warm_up_writes_a_sample_and_takes_it_back()
    {
        var seen = new List<int>();
        await using var writer = Commit(async connection =>
        {
            await using var look = new NpgsqlCommand("SELECT amount FROM work", connection);
            seen.Add((int)(await look.ExecuteScalarAsync())!);
        });

        await ((IWarmUp)writer).WarmUpAsync(TestContext.Current.CancellationToken);

        seen.ShouldBe([7]);
        (await _database.CountAsync("work")).ShouldBe(0);
        (await _database.ScalarAsync<long>("SELECT sum FROM total")).ShouldBe(0);
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await _source.DisposeAsync();
        await DisposeAsync();
    }

    private GroupCommit<Work, long> Commit(Func<NpgsqlConnection, Task> beforeCommit) => new(_source, new WorkWriter(beforeCommit));

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // Constants of the tests.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private sealed record Work(long Id, int Amount);

    /// <summary>Stores each work once and adds up what was stored. What is done twice would be counted twice.</summary>
    private sealed class WorkWriter(Func<NpgsqlConnection, Task> beforeCommit) : IBatchWriter<Work, long>
    {
        public IReadOnlyList<Work> Sample => [new(-1, 7)];

        public async Task<IReadOnlyList<long>> WriteAsync(NpgsqlConnection connection, IReadOnlyList<Work> items)
        {
            await using var batch = new NpgsqlBatch(connection).Add(
                """
                WITH stored AS (
                    INSERT INTO work SELECT * FROM unnest($1::bigint[], $2::int[]) ON CONFLICT DO NOTHING RETURNING amount)
                UPDATE total SET sum = sum + (SELECT coalesce(sum(amount), 0) FROM stored)
                """,
                items.Select(item => item.Id).ToArray(), items.Select(item => item.Amount).ToArray());
            await batch.ExecuteNonQueryAsync();
            await beforeCommit(connection);
            return [.. items.Select(item => item.Id)];
        }
    }
}
