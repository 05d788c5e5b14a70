using Npgsql;

namespace Fulfillment.Persistence;

/// <summary>Shorthand for statements with positional parameters, and for their values and results.</summary>
public static class Sql
{
    /// <summary>Adds a statement to a batch.</summary>
    /// <param name="batch">Batch that is sent in one round trip.</param>
    /// <param name="sql">A constant statement.</param>
    /// <param name="first">Value of <c>$1</c>; it stands alone so that a single array is not taken for the list of values.</param>
    /// <param name="others">Values of <c>$2</c> and so on, arrays for <c>unnest</c>; null is NULL.</param>
    public static NpgsqlBatch Add(this NpgsqlBatch batch, string sql, object first, params ReadOnlySpan<object?> others)
    {
#pragma warning disable CA2100 // Callers pass constants; values are parameters.
        var command = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter { Value = first });
        foreach (var value in others) command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        batch.BatchCommands.Add(command);
        return batch;
    }

    /// <summary>Reads the next result set of a reader into a list; <paramref name="row"/> makes an element from the current row.</summary>
    public static async Task<List<T>> ReadAllAsync<T>(this NpgsqlDataReader reader, Func<NpgsqlDataReader, T> row)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync()) rows.Add(row(reader));
        await reader.NextResultAsync();
        return rows;
    }

    /// <summary>The current time in the precision that PostgreSQL keeps, so that a row and its events agree.</summary>
    public static DateTimeOffset NowToMicrosecond(this TimeProvider time)
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
