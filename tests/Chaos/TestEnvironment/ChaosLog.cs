using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Fulfillment.Chaos.TestEnvironment;

/// <summary>The events of a run with their times, in a file beside the logs of the processes; and the violations.</summary>
internal sealed class ChaosLog(string file) : IDisposable
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly StreamWriter _writer = new(file) { AutoFlush = true };
    private readonly ConcurrentQueue<string> _violations = [];
    private readonly ConcurrentDictionary<string, int> _counts = [];

    public string File => file;

    /// <summary>Violations that the test environment has detected itself, for example a process that does not start.</summary>
    public IReadOnlyCollection<string> Violations => _violations;

    /// <summary>Number of counted events, by name.</summary>
    public int this[string what] => _counts.GetValueOrDefault(what);

    public void Say(string text)
    {
        lock (_writer)
        {
            _writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HH:mm:ss.fff} {_clock.Elapsed.TotalSeconds,7:0.0} {text}"));
        }
    }

    public void Count(string what, int by = 1) => _counts.AddOrUpdate(what, by, (_, count) => count + by);

    public void Violation(string text)
    {
        _violations.Enqueue(text);
        Say($"VIOLATION {text}");
    }

    public void Dispose() => _writer.Dispose();
}
