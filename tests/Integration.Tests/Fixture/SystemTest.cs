namespace Integration.Tests.Fixture;

/// <summary>Adds to a test that has failed what the processes said.</summary>
public abstract class SystemTest : IAsyncDisposable
{
    protected SystemTest() => _ = HostProcess.TakeOutputs();

    public virtual ValueTask DisposeAsync()
    {
        var outputs = HostProcess.TakeOutputs();
        if (TestContext.Current.TestState is { Result: TestResult.Failed }) TestContext.Current.TestOutputHelper?.WriteLine(outputs);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
