using Fulfillment.Hosting.Lifecycle;
using Microsoft.Extensions.Time.Testing;

namespace Modules.Tests.Lifetime;

public sealed class StopDeadlineTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(28);
    private readonly FakeTimeProvider _time = new();
    private readonly List<int> _ended = [];

    [Fact]
    public void Time_runs_from_the_first_start()
    {
        using var deadline = Deadline();
        deadline.Start(isRestart: false);
        _time.Advance(Limit / 2);
        deadline.Start(isRestart: false);
        _time.Advance(Limit / 2);

        _ended.ShouldBe([Environment.ExitCode]);
    }

    [Fact]
    public void Restart_that_does_not_come_to_its_end_fails()
    {
        using var deadline = Deadline();
        deadline.Start(isRestart: true);
        _time.Advance(Limit);

        _ended.ShouldBe([1]);
    }

    [Fact]
    public void Next_host_is_not_ended_by_the_deadline_of_the_one_before()
    {
        using var deadline = Deadline();
        deadline.Start(isRestart: true);
        deadline.Cancel();
        _time.Advance(Limit * 2);

        _ended.ShouldBeEmpty();
        deadline.Start(isRestart: false);
        _time.Advance(Limit);
        _ended.ShouldBe([Environment.ExitCode]);
    }

    private StopDeadline Deadline() => new(_time, Limit, _ended.Add);
}
