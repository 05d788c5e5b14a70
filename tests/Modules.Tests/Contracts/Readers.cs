using System.Text;
using System.Text.Json;
using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Messaging;

namespace Modules.Tests.Contracts;

/// <summary>The two ways in which an event is read: by the contracts alone, and as consumers get it.</summary>
internal static class Readers
{
    public const string Contracts = "contracts";
    public const string Consumers = "consumers";

    public static object? Read(string reader, Type type, string json)
    {
        var body = Encoding.UTF8.GetBytes(json);
        if (reader == Contracts) return JsonSerializer.Deserialize(body, type, ContractsJson.Default);
        try
        {
            return EventReader.Read(type, body);
        }
        catch (InvalidMessageException e) when (e.InnerException is { } reason)
        {
            throw reason;
        }
    }
}
