using System.Text;
using System.Text.Json;
using Fulfillment.BuildingBlocks.Messaging;
using Fulfillment.Contracts;
using Fulfillment.Host;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wolverine;

namespace Modules.Tests.Contracts;

/// <summary>The two ways in which an event is read: by the contracts themselves, and by Wolverine as it is configured.</summary>
internal static class Readers
{
    public const string Contracts = "contracts";
    public const string Wolverine = "Wolverine";

    // Built as the host builds it, and never started.
    private static readonly Lazy<WolverineOptions> Configured = new(() =>
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["RabbitMq:Uri"] = "amqp://nobody:nothing@nowhere:5672/" });
        builder.AddMessaging(new Topology(ModuleCatalog.All), ModuleCatalog.All);
        return builder.Services.BuildServiceProvider().GetRequiredService<WolverineOptions>();
    });

    public static object? Read(string reader, Type type, string json)
    {
        var body = Encoding.UTF8.GetBytes(json);
        if (reader == Contracts) return JsonSerializer.Deserialize(body, type, ContractsJson.Default);
        var envelope = new Envelope { Data = body, ContentType = "application/json" };
        // What cannot be read becomes a message of its own, which carries the reason to the rules for failures.
        return Configured.Value.DetermineSerializer(envelope).ReadFromData(type, envelope) is var read && read is UnreadableMessage unreadable
            ? throw unreadable.Reason
            : read;
    }
}
