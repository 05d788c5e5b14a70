using Fulfillment.Core;
using Fulfillment.Persistence.Idempotency;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Fulfillment.Web;

/// <summary>
/// A transaction of a DbContext for a request that may have an <c>Idempotency-Key</c>. Return <see cref="Known"/> when it is set;
/// else do the work and return the result of <see cref="CommitAsync"/>. Any other end of the transaction leaves the key unused.
/// </summary>
public sealed class IdempotentTransaction : IAsyncDisposable
{
    private readonly IDbContextTransaction _transaction;
    private readonly IdempotencyKey? _key;
    private readonly IdempotencyClaims? _claims;

    private IdempotentTransaction(IDbContextTransaction transaction, IdempotencyKey? key, IdempotencyClaims? claims)
    {
        (_transaction, _key, _claims) = (transaction, key, claims);
        if (key is not null && claims is not null && !claims.New.Contains(key)) Known = IdempotencyKeys.Answer(claims.ResultOf(key));
    }

    /// <summary>The response when the work must not be done: replayed, in flight, or the key of another request.</summary>
    public IResult? Known { get; }

    /// <summary>Begins the transaction and claims the key, if there is one.</summary>
    public static async Task<IdempotentTransaction> BeginAsync(DbContext db, IdempotencyKey? key, CancellationToken ct)
    {
        var transaction = await db.Database.BeginTransactionAsync(ct);
        try
        {
            var claims = key is null ? null : await IdempotencyClaims.TakeAsync((NpgsqlConnection)db.Database.GetDbConnection(), [key], ct);
            return new IdempotentTransaction(transaction, key, claims);
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stores the response with the work, commits both, and returns it: 200, or 201 with a location.</summary>
    /// <exception cref="OutcomeUnknownException">The commit was not confirmed.</exception>
    public async Task<IResult> CommitAsync<T>(T body, string? location, CancellationToken ct)
    {
        if (_key is null || _claims is null)
        {
            await _transaction.CommitAsync(CancellationToken.None);
            return location is null ? TypedResults.Ok(body) : TypedResults.Created(location, body);
        }

        await _claims.StoreAsync([(_key, _key.Answer(body, location))], ct);
        await _transaction.CommitAsync(CancellationToken.None);
        return IdempotencyKeys.Answer(_claims.ResultOf(_key));
    }

    /// <summary>Rolls back what was not committed.</summary>
    public ValueTask DisposeAsync() => _transaction.DisposeAsync();
}
