namespace Modules.Tests.Persistence;

/// <summary>Base of the tests of a batch queue.</summary>
public abstract class BatchQueueTest
{
    protected static CancellationToken Test => TestContext.Current.CancellationToken;

    protected static IEnumerable<string> Names(int count) => Enumerable.Range(0, count).Select(i => $"item {i}");

    // A test that would hang fails instead.
    protected static Task<T> Soon<T>(Task<T> task) => task.WaitAsync(TimeSpan.FromSeconds(20), Test);

    protected static Task Soon(Task task) => task.WaitAsync(TimeSpan.FromSeconds(20), Test);
}
