using System.Diagnostics;

namespace Integration.Tests.Fixture;

/// <summary>
/// Waits for a condition. The deadline is far beyond what a slow machine needs: reaching it is a failure, never a measurement.
/// </summary>
internal static class Eventually
{
    public static TimeSpan Deadline { get; } = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Polls until the value is as wanted, and returns it.</summary>
    /// <param name="what">What is waited for, for people.</param>
    /// <param name="read">Reads the value; it may throw while the system is not there yet.</param>
    /// <param name="wanted">Whether the value is as wanted.</param>
    public static async Task<T> Get<T>(string what, Func<Task<T>> read, Func<T, bool> wanted)
    {
        var clock = Stopwatch.StartNew();
        object? last;
        do
        {
            try
            {
                var value = await read();
                if (wanted(value)) return value;
                last = value;
            }
            catch (Exception e) when (e is not HostEndedException)
            {
                last = e.Message;
            }

            await Task.Delay(Pause);
        }
        while (clock.Elapsed < Deadline);

        throw new TimeoutException($"Waited {Deadline.TotalSeconds:0} s for {what}; the last look gave: {last}");
    }

    /// <summary>Polls until the condition holds.</summary>
    public static Task True(string what, Func<Task<bool>> condition) => Get(what, condition, holds => holds);

    /// <summary>Polls until the condition holds.</summary>
    public static Task True(string what, Func<bool> condition) => True(what, () => Task.FromResult(condition()));
}
