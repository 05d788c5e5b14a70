using Fulfillment.Messaging;
using Microsoft.Extensions.Time.Testing;
using Wolverine.Runtime.WorkerQueues;
using Wolverine.Transports;

namespace Modules.Tests.Messaging.Wolverine;

/// <summary>When the channel of a listener may be closed: its broker may forget the acknowledgements that came right before.</summary>
public sealed class QuietListenerTests
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private readonly FakeTimeProvider _time = new();
    private int _handled = 1;
    private DateTimeOffset _received;

    [Fact]
    public async Task Channel_stays_open_for_half_a_second_after_a_message_that_was_handled_for_long()
    {
        var waiting = WaitAsync();
        for (var i = 0; i < 40; i++) await PassAsync();
        waiting.IsCompleted.ShouldBeFalse("the message is still being handled");

        _handled = 0;
        for (var i = 0; i < 9; i++) await PassAsync();
        waiting.IsCompleted.ShouldBeFalse("its acknowledgement may still be forgotten");

        for (var i = 0; i < 3; i++) await PassAsync();
        await waiting;
    }

    [Fact]
    public async Task Message_that_came_and_went_between_two_looks_counts()
    {
        _handled = 0;
        var waiting = WaitAsync();
        for (var i = 0; i < 8; i++) await PassAsync();

        _received = _time.GetUtcNow();
        for (var i = 0; i < 9; i++) await PassAsync();
        waiting.IsCompleted.ShouldBeFalse();

        for (var i = 0; i < 3; i++) await PassAsync();
        await waiting;
    }

    [Fact]
    public async Task Message_that_is_handled_for_ever_does_not_hold_up_the_stop()
    {
        var waiting = WaitAsync();

        for (var i = 0; i < 200; i++) await PassAsync();

        await waiting;
    }

    [Fact]
    public void Inline_listeners_count_what_they_handle() => typeof(IHasQueueDepth).IsAssignableFrom(
        typeof(IHasQueueDepth).Assembly.GetType("Wolverine.Runtime.WorkerQueues.InlineReceiver", throwOnError: true)).ShouldBeTrue();

    private Task WaitAsync() => MessageListeners.WaitUntilQuietAsync(
        Stub.Of<IListeningAgent>(member => member switch
        {
            "get_QueueCount" => _handled,
            "get_LastQueueActivityAt" => _received,
            _ => throw new NotSupportedException(member),
        }),
        _time);

    private async Task PassAsync()
    {
        await Task.Delay(1);
        _time.Advance(Look);
    }
}
