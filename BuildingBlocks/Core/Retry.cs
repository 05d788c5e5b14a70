using Polly;
using Polly.Retry;

namespace Fulfillment.Core;

internal static class Retry
{
    /// <summary>Work that is tried again until it succeeds, fails for another reason, or is cancelled.</summary>
    /// <param name="isTransient">True for a failure after which the same work may succeed.</param>
    /// <param name="delay">Delay after the failure with this number, from 1 on.</param>
    /// <param name="failed">Gets each failure and its number before the delay.</param>
    /// <param name="attempts">How often the work is tried; the last failure is thrown.</param>
    /// <param name="time">The clock.</param>
    public static ResiliencePipeline While(
        Func<Exception, bool> isTransient, Func<int, TimeSpan> delay, Action<Exception, int>? failed = null, int attempts = int.MaxValue,
        TimeProvider? time = null)
    {
        if (attempts == 1) return ResiliencePipeline.Empty;
        return new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = attempts - 1,
            // Cancelled work has not failed: without this, it would be reported as a failure before it ends.
            ShouldHandle = args => ValueTask.FromResult(
                args.Outcome.Exception is { } failure && !args.Context.CancellationToken.IsCancellationRequested && isTransient(failure)),
            DelayGenerator = args => ValueTask.FromResult<TimeSpan?>(delay(args.AttemptNumber + 1)),
            OnRetry = args =>
            {
                failed?.Invoke(args.Outcome.Exception!, args.AttemptNumber + 1);
                return default;
            },
        }).Build();
    }
}
