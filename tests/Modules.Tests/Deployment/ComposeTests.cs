using System.Text.Json;
using System.Text.RegularExpressions;
using Fulfillment.Host;
using YamlDotNet.RepresentationModel;

namespace Modules.Tests.Deployment;

/// <summary>Whether docker-compose.yml fits the code and its example of an .env. That it runs is shown by ./dev compose-test.</summary>
public sealed partial class ComposeTests
{
    private static readonly string Text = Repository.Read("docker-compose.yml");
    private static readonly YamlMappingNode Compose = Load(Text);

    [Fact]
    public void A_service_may_touch_its_own_messages_only() => BrokerRules.Permissions(Definitions(Text)).ShouldBeEmpty();

    [Fact]
    public void A_rejected_message_is_not_lost_on_its_way_to_the_dead_letters()
    {
        BrokerRules.Policies(Definitions(Text)).ShouldBeEmpty();
        BrokerRules.Policies(Definitions(Text.Replace("at-least-once\",", "at-most-once\",", StringComparison.Ordinal))).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("order-created-queue|", "")]
    [InlineData("payment-dead-letter-queue|unrouted-queue", "payment-dead-letter-queue|order-created-queue|unrouted-queue")]
    [InlineData(@"^order\\.(events|queues|watch\\..*)$$", @"^.*\\.(events|queues|watch\\..*)$$")]
    [InlineData(@"|(order|inventory|payment)\\.events|", "|")]
    [InlineData(@"^order\\.watch\\..*$$", @"^.*\\.watch\\..*$$")]
    [InlineData("\"configure\": \"^$$\"", "\"configure\": \".*\"")]
    public void A_planted_right_is_caught(string from, string to)
    {
        Text.ShouldContain(from);
        BrokerRules.Permissions(Definitions(Text.Replace(from, to, StringComparison.Ordinal))).ShouldNotBeEmpty();
    }

    [Fact]
    public void Each_module_has_a_service_of_two_replicas_on_its_port_with_its_own_database_and_user()
    {
        foreach (var (module, index) in ModuleCatalog.All.Select((module, index) => (module.Name, index)))
        {
            var name = module.ToLowerInvariant();
            var service = (YamlMappingNode)Compose["services"][$"{name}-service"];
            var environment = (YamlMappingNode)service["environment"];
            Value(environment, "MODULES").ShouldBe(module);
            Value(environment, "ASPNETCORE_HTTP_PORTS").ShouldBe($"{8081 + index}");
            Value(environment, $"ConnectionStrings__{module}").ShouldStartWith(
                $"Host={name}-db;Database={name}_db;Username={name}user;Password=${{{name.ToUpperInvariant()}_DB_PASSWORD:-");
            environment.Children.Keys.Select(key => key.ToString())
                .Count(key => key.StartsWith("ConnectionStrings__", StringComparison.Ordinal)).ShouldBe(1);
            Value(environment, "RabbitMq__Uri").ShouldStartWith($"amqp://{name}:${{{name.ToUpperInvariant()}_RABBITMQ_PASSWORD:-");

            var database = (YamlMappingNode)Compose["services"][$"{name}-db"];
            Value(database, "container_name").ShouldBe($"{name}-db");
            database["ports"][0].ToString().ShouldBe($"127.0.0.1:{5432 + index}:5432");
        }

        Compose["x-service"]["deploy"]["replicas"].ToString().ShouldBe("2");
    }

    [Fact]
    public void The_example_of_settings_has_each_with_its_default()
    {
        var used = Variable().Matches(Text).Select(match => (match.Groups[1].Value, match.Groups[2].Value)).Distinct().ToList();
        used.CountBy(setting => setting.Item1).ShouldAllBe(count => count.Value == 1, "each has one default");
        var example = Repository.Read(".env.example").Split('\n')
            .Where(line => line.Contains('=') && line[0] != '#').Select(line => line.Split('=', 2)).Select(pair => (pair[0], pair[1]));
        example.ShouldBe(used, ignoreOrder: true);
    }

    private static string Value(YamlMappingNode node, string key) => node[key].ToString();

    private static JsonElement Definitions(string text) =>
        JsonDocument.Parse(
            Load(text)["configs"]["rabbitmq-definitions"]["content"].ToString().Replace("$$", "$", StringComparison.Ordinal))
            .RootElement;

    private static YamlMappingNode Load(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    [GeneratedRegex(@"(?<!\$)\$\{(\w+):-([^}]*)\}")]
    private static partial Regex Variable();
}
