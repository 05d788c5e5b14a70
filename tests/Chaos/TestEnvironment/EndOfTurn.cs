namespace Fulfillment.Chaos.TestEnvironment;

/// <summary>Releases a semaphore.</summary>
internal sealed class EndOfTurn : IDisposable
{
    private readonly SemaphoreSlim _turn;

    private EndOfTurn(SemaphoreSlim turn) => _turn = turn;

    public static async Task<IDisposable> TakeAsync(SemaphoreSlim turn, CancellationToken ct)
    {
        await turn.WaitAsync(ct);
        return new EndOfTurn(turn);
    }

    public void Dispose() => _turn.Release();
}
