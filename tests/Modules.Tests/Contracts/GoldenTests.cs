using System.Text;
using System.Text.Json;
using Fulfillment.Contracts;

namespace Modules.Tests.Contracts;

/// <summary>
/// The files in Golden are the contract with every other reader and writer of these events. A change that breaks one of them breaks a
/// client; a field may be added, in a new file beside the old one.
/// </summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Names => [.. GoldenEvents.All.Keys];

    public static TheoryData<string, string> NamesByReader =>
        new(GoldenEvents.All.Keys.SelectMany(_ => new[] { Readers.Contracts, Readers.Consumers }, (name, reader) => (name, reader)));

    [Theory]
    [MemberData(nameof(Names))]
    public void An_event_is_published_byte_for_byte_as_agreed(string name) =>
        Encoding.UTF8.GetString(GoldenEvents.All[name].Message.Body.Span).ShouldBe(Golden(name));

    [Theory]
    [MemberData(nameof(NamesByReader))]
    public void What_is_published_is_read_as_an_equal_event(string name, string reader)
    {
        var expected = GoldenEvents.All[name].Event;

        var read = Readers.Read(reader, expected.GetType(), Golden(name)).ShouldBeAssignableTo<BaseEvent>()!;

        // The second and the millisecond are the two precisions of one time.
        read.Timestamp.ShouldBe(expected.Timestamp.AddMilliseconds(-expected.Timestamp.Millisecond));
        (read with { Timestamp = expected.Timestamp }).ShouldBeEquivalentTo(expected);
    }

    [Fact]
    public void Every_event_has_its_file_and_every_file_its_event()
    {
        GoldenEvents.All.Values.Select(pair => pair.Event.GetType()).ShouldBe(
            typeof(BaseEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(BaseEvent)) && !type.IsAbstract),
            ignoreOrder: true);
        Directory.EnumerateFiles(Folder, "*.json").Select(Path.GetFileNameWithoutExtension)
            .ShouldBe(GoldenEvents.All.Keys, ignoreOrder: true);
    }

    [Fact]
    public void The_names_in_an_event_are_those_of_its_type()
    {
        foreach (var (name, (@event, message)) in GoldenEvents.All)
        {
            @event.EventType.ShouldBe(name.ToUpperInvariant().Replace('-', '_'));
            @event.SourceService.ShouldBe($"{OwnerOf(name)}-service");
            message.Route.ShouldBe(
                new EventRoute($"{OwnerOf(name)}.events", name == "reservation-expired" ? "inventory.expired" : name.Replace('-', '.')));
            using var json = JsonDocument.Parse(message.Body);
            json.RootElement.GetProperty("eventId").GetGuid().ShouldBe(message.EventId);
            (json.RootElement.TryGetProperty("orderId", out var order) ? order.GetInt64() : (long?)null)
                .ShouldBe((@event as OrderEvent)?.OrderId);
        }
    }

    [Fact]
    public void Only_an_import_is_about_no_order() =>
        GoldenEvents.All.Where(pair => pair.Value.Event is not OrderEvent).Select(pair => pair.Key).ShouldBe(["product-import"]);

    // Products and reservations have no service of their own.
    private static string OwnerOf(string name) =>
        name.Split('-')[0] is var owner && owner is "product" or "reservation" ? "inventory" : owner;

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Golden");

    private static string Golden(string name) => File.ReadAllText(Path.Combine(Folder, $"{name}.json"));
}
