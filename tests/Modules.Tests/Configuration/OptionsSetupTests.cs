using Fulfillment.Core;
using Fulfillment.Messaging;
using Fulfillment.Payment.Simulate;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Modules.Tests.Configuration;

public sealed class OptionsSetupTests
{
    private static readonly (string, string) Uri = ("Uri", "amqp://user:secret@localhost:5672/");

    [Fact]
    public void What_is_set_is_read_and_the_rest_has_its_default()
    {
        var options = RabbitMq(Uri, ("QueueType", "classic"), ("Concurrency", "7"), ("PublishTimeout", "00:00:05"));

        (options.Uri, options.QueueType, options.Concurrency, options.PublishTimeout)
            .ShouldBe((Uri.Item2, DeclaredQueueType.Classic, (ushort)7, TimeSpan.FromSeconds(5)));
        (options.PublisherChannels, options.PublisherWindow).ShouldBe((4, 500));
    }

    [Fact]
    public void What_was_read_is_what_services_get()
    {
        var services = new ServiceCollection();

        var options = services.AddValidatedOptions<RabbitMqOptions>(Settings("RabbitMq", Uri), "RabbitMq");

        services.BuildServiceProvider().GetRequiredService<IOptions<RabbitMqOptions>>().Value.ShouldBeSameAs(options);
    }

    [Fact]
    public void A_section_that_is_absent_has_its_defaults()
    {
        var options = new ServiceCollection().AddValidatedOptions<SimulatorOptions>(Settings("Other"), "Payment");

        (options.SuccessRate, options.Seed).ShouldBe((0.8, new SimulatorOptions().Seed));
    }

    [Fact]
    public void A_missing_address_is_reported_with_an_example() =>
        Mistakes().ShouldBe(["RabbitMq__Uri: is missing, for example amqp://user:password@localhost:5672/"]);

    [Theory]
    [InlineData("secrethost")]
    [InlineData("secrethost:5672")]
    [InlineData("http://secrethost:5672/")]
    [InlineData("amqp://secrethost:port/")]
    [InlineData("amqp://")]
    public void An_address_that_is_none_is_reported_without_showing_it(string uri) =>
        Mistakes(("Uri", uri)).ShouldBe(
            ["RabbitMq__Uri: is not the address of a broker, for example amqp://user:password@localhost:5672/"]);

    [Theory]
    [InlineData("amqp://localhost")]
    [InlineData("amqps://user:pass%40word@broker.example.com:5671/vhost")]
    public void An_address_may_be_short_or_long(string uri) => RabbitMq(("Uri", uri)).Uri.ShouldBe(uri);

    [Theory]
    [InlineData("Concurrency", "many", "RabbitMq__Concurrency: 'many' cannot be read, for example 256")]
    [InlineData("Concurrency", "70000", "RabbitMq__Concurrency: '70000' cannot be read, for example 256")]
    [InlineData("Concurrency", "-1", "RabbitMq__Concurrency: '-1' cannot be read, for example 256")]
    [InlineData("Concurrency", "1.5", "RabbitMq__Concurrency: '1.5' cannot be read, for example 256")]
    [InlineData("QueueType", "Stream", "RabbitMq__QueueType: 'Stream' must be one of Quorum, Classic, for example Quorum")]
    [InlineData("QueueType", "7", "RabbitMq__QueueType: '7' must be one of Quorum, Classic, for example Quorum")]
    [InlineData("PublishTimeout", "soon", "RabbitMq__PublishTimeout: 'soon' cannot be read, for example 00:00:30")]
    public void A_value_that_cannot_be_read_is_reported_with_one_that_can(string name, string value, string mistake) =>
        Mistakes(Uri, (name, value)).ShouldBe([mistake]);

    [Theory]
    [InlineData("Concurrency", "0", "RabbitMq__Concurrency: The field Concurrency must be between 1 and 2000, for example 256")]
    [InlineData(
        "PublisherChannels", "17", "RabbitMq__PublisherChannels: The field PublisherChannels must be between 1 and 16, for example 4")]
    [InlineData(
        "PublishTimeout", "01:00:00",
        "RabbitMq__PublishTimeout: The field PublishTimeout must be between 00:00:01 and 00:04:00, for example 00:00:30")]
    public void A_value_out_of_range_is_reported_with_the_range(string name, string value, string mistake) =>
        Mistakes(Uri, (name, value)).ShouldBe([mistake]);

    [Theory]
    [InlineData("1.1")]
    [InlineData("-0.1")]
    [InlineData("NaN")]
    public void A_success_rate_is_from_0_to_1(string rate) =>
        Should.Throw<ConfigurationException>(() =>
                new ServiceCollection().AddValidatedOptions<SimulatorOptions>(Settings("Payment", ("SuccessRate", rate)), "Payment"))
            .Mistakes.ShouldHaveSingleItem().ShouldStartWith("Payment__SuccessRate: ");

    [Fact]
    public void Every_value_that_cannot_be_read_has_a_line_of_its_own() =>
        Mistakes(Uri, ("Concurrency", "many"), ("PublishTimeout", "soon"), ("PublisherWindow", "wide")).Select(Setting)
            .ShouldBe(["RabbitMq__Concurrency", "RabbitMq__PublishTimeout", "RabbitMq__PublisherWindow"], ignoreOrder: true);

    [Fact]
    public void Every_value_that_is_missing_or_out_of_range_has_a_line_of_its_own() =>
        Mistakes(("Concurrency", "0"), ("PublisherChannels", "0"), ("PublishTimeout", "1.00:00:00")).Select(Setting)
            .ShouldBe(
                ["RabbitMq__Uri", "RabbitMq__Concurrency", "RabbitMq__PublisherChannels", "RabbitMq__PublishTimeout"], ignoreOrder: true);

    private static string Setting(string mistake)
    {
        mistake.ShouldNotContain("\n");
        return mistake.Split(": ")[0];
    }

    private static IReadOnlyList<string> Mistakes(params (string Name, string Value)[] values) =>
        Should.Throw<ConfigurationException>(() => RabbitMq(values)).Mistakes;

    private static RabbitMqOptions RabbitMq(params (string Name, string Value)[] values) =>
        new ServiceCollection().AddValidatedOptions<RabbitMqOptions>(Settings("RabbitMq", values), "RabbitMq");

    private static IConfigurationRoot Settings(string section, params (string Name, string Value)[] values) => new ConfigurationBuilder()
        .AddInMemoryCollection(values.ToDictionary(pair => $"{section}:{pair.Name}", pair => (string?)pair.Value)).Build();
}
