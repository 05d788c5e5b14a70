using Fulfillment.Core;
using Fulfillment.Hosting.Logging;
using Microsoft.Extensions.Time.Testing;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Modules.Tests.Observability;

public sealed class LogTests
{
    [Fact]
    public void A_line_names_its_correlation()
    {
        var eventId = Guid.NewGuid();
        var correlation = Guid.NewGuid();
        MessageLogContext.Enter("Payment", 7, eventId, correlation);

        Lines(logger => logger.Information("Charged {Amount}", 59.98m)).ShouldHaveSingleItem()
            .ShouldEndWith($"INF Charged 59.98 module=Payment orderId=7 eventId={eventId} correlationId={correlation}");
    }

    [Fact]
    public void A_line_without_log_context_names_no_correlation() =>
        Lines(logger => logger.Information("Ready")).ShouldHaveSingleItem().ShouldEndWith("INF Ready");

    [Fact]
    public void An_outage_is_one_line_that_names_the_unavailable_dependency_and_a_bug_has_its_stack()
    {
        Lines(logger => logger.Error(new TimeoutException("the database\ndoes not answer"), "Failed"))[1..]
            .ShouldBe(["             the database does not answer"]);
        Lines(logger => logger.Error(new InvalidOperationException("a bug"), "Failed"))[1]
            .ShouldStartWith("System.InvalidOperationException: a bug");
    }

    [Fact]
    public void An_outage_is_told_once_per_source_and_while()
    {
        var time = new FakeTimeProvider();
        var told = new List<LogEvent>();
        using var logger = new LoggerConfiguration().Filter.With(new OutageFilter(time)).WriteTo.Sink(new ListSink(told)).CreateLogger();
        var queue = logger.ForContext(Constants.SourceContextPropertyName, "queue");
        var relay = logger.ForContext(Constants.SourceContextPropertyName, "relay");

        Fail(queue, times: 100);
        told.Count.ShouldBe(1);
        Fail(relay, times: 100);
        told.Count.ShouldBe(2);
        time.Advance(TimeSpan.FromSeconds(4.9));
        Fail(queue, times: 100);
        told.Count.ShouldBe(2);
        time.Advance(TimeSpan.FromSeconds(0.2));
        Fail(queue, times: 100);
        told.Count.ShouldBe(3);
    }

    [Fact]
    public void Bugs_and_plain_lines_are_all_told()
    {
        var told = new List<LogEvent>();
        using var logger = new LoggerConfiguration().Filter.With(new OutageFilter(new FakeTimeProvider())).WriteTo.Sink(new ListSink(told))
            .CreateLogger();

        for (var i = 0; i < 3; i++)
        {
            logger.Error(new InvalidOperationException(), "A bug");
            logger.Information("A line");
        }

        told.Count.ShouldBe(6);
    }

    private static void Fail(ILogger logger, int times)
    {
        for (var i = 0; i < times; i++) logger.Error(new TimeoutException(), "Failed");
    }

    private static string[] Lines(Action<ILogger> write)
    {
        var told = new List<LogEvent>();
        using (var logger = new LoggerConfiguration().Enrich.With<MessageLogEnricher>().WriteTo.Sink(new ListSink(told)).CreateLogger())
            write(logger);
        using var text = new StringWriter { NewLine = "\n" };
        new TerminalFormatter().Format(told.ShouldHaveSingleItem(), text);
        return text.ToString().TrimEnd('\n').Split('\n');
    }

    private sealed class ListSink(List<LogEvent> told) : ILogEventSink
    {
        public void Emit(LogEvent logEvent) => told.Add(logEvent);
    }
}
