using Fulfillment.Core;

namespace Modules.Tests.Lifetime;

/// <summary>What a retry reports, and when it ends.</summary>
public sealed class RetryTests
{
    private readonly List<int> _reported = [];
    private int _attempts;

    [Fact]
    public async Task Transient_failures_are_reported_with_their_number_until_the_work_succeeds()
    {
        var result = await Until().ExecuteAsync(
            _ => ValueTask.FromResult(++_attempts > 3 ? "done" : throw new IOException("lost")), TestContext.Current.CancellationToken);

        result.ShouldBe("done");
        _reported.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Last_attempt_and_another_failure_end_the_retry_with_what_was_thrown()
    {
        await Should.ThrowAsync<IOException>(
            async () => await Until(attempts: 3).ExecuteAsync(_ => throw new IOException($"{++_attempts}")));
        _attempts.ShouldBe(3);
        _reported.ShouldBe([1, 2]);

        await Should.ThrowAsync<FormatException>(async () => await Until().ExecuteAsync(_ => throw new FormatException()));
        _reported.ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Cancelled_work_is_not_reported_as_a_failure()
    {
        using var stop = new CancellationTokenSource();

        await Should.ThrowAsync<OperationCanceledException>(async () => await Until().ExecuteAsync(async ct =>
        {
            await stop.CancelAsync();
            ct.ThrowIfCancellationRequested();
        }, stop.Token));

        _reported.ShouldBeEmpty();
    }

    private Polly.ResiliencePipeline Until(int attempts = int.MaxValue) => Retry.While(
        TransientErrors.Is, _ => TimeSpan.Zero, (_, attempt) => _reported.Add(attempt), attempts);
}
