using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Integration.Tests.Fixture;
using k8s.Models;
using Modules.Tests.Deployment;
using Npgsql;

namespace Integration.Tests.Deployment;

/// <summary>
/// Processes with exactly the environment and arguments of the pods of k8s/, and users of the broker with exactly their permissions.
/// Only what servers and volumes are called is replaced, and the ports, because pods do not share them.
/// </summary>
public sealed class PodsAsProcessesTests(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    private const string Port = "ASPNETCORE_HTTP_PORTS";
    private readonly FulfillmentSystem _system = shared.System;
    private readonly Dictionary<string, Uri> _users = [];
    private readonly Manifests _manifests = Manifests.Load(Repository.Root);

    [Fact]
    public async Task Pods_migrate_start_answer_their_probes_fulfil_an_order_and_stop()
    {
        foreach (var permission in Definitions().GetProperty("permissions").EnumerateArray())
        {
            string Text(string property) => permission.GetProperty(property).GetString()!;
            _users[Text("user")] = await _system.Broker.AddUserAsync(Text("user"), Text("configure"), Text("write"), Text("read"));
        }

        var migrate = _manifests.One<V1Job>("migrate").Spec.Template.Spec.Containers.Single();
        var (exitCode, output) = await FulfillmentSystem.RunAsync(Here(migrate), [.. migrate.Args]);
        exitCode.ShouldBe(0, output);

        var pods = _manifests.Services.ToDictionary(
            service => service.Name, service => HostProcess.Start(service.Name, Here(service.Pod.Containers.Single())));
        try
        {
            foreach (var service in _manifests.Services)
            {
                var container = service.Pod.Containers.Single();
                foreach (var probe in Workload.Probes(container))
                    await AnswersAsync(pods[service.Name], container, probe);
                (await pods[service.Name].HealthAsync("ready")).ShouldBe(200, await pods[service.Name].ReadinessAsync());
            }

            await FulfilAsync(pods);
            await Task.WhenAll(pods.Values.Select(StopsAsync));
        }
        finally
        {
            foreach (var pod in pods.Values) await pod.DisposeAsync();
        }
    }

    /// <summary>A probe as the manifest has it: its path, and at the port of the container.</summary>
    private async Task AnswersAsync(HostProcess pod, V1Container container, V1Probe probe)
    {
        _manifests.Environment(container)[Port]
            .ShouldBe($"{container.Ports.Single(port => port.Name == probe.HttpGet.Port.ToString()).ContainerPort}");
        var path = new Uri(probe.HttpGet.Path, UriKind.Relative);
        await Eventually.Get($"{pod.Name} to answer {path}\n{pod}", async () =>
        {
            if (pod.HasExited) throw new HostEndedException($"{pod.Name} ended with {pod.ExitCode}:\n{pod.Output}");
            using var answer = await pod.Http.GetAsync(path);
            return (int)answer.StatusCode;
        }, status => status == 200);
    }

    private static async Task FulfilAsync(Dictionary<string, HostProcess> pods)
    {
        using var placed = await pods["order-service"].Http.PostAsJsonAsync(
            "/api/orders", FulfillmentSystem.OrderOf("CUST-APPROVE-1", "PROD-002"));
        placed.IsSuccessStatusCode.ShouldBeTrue(await placed.Content.ReadAsStringAsync());
        var id = (await placed.Content.ReadFromJsonAsync<JsonElement>())
            .GetProperty("orderId").GetInt64().ToString(CultureInfo.InvariantCulture);
        await Eventually.Get(
            "the order to be completed",
            async () => (await pods["order-service"].Http.GetFromJsonAsync<JsonElement>($"/api/orders/{id}"))
                .GetProperty("status").GetString(),
            status => status == "COMPLETED");
        await Eventually.Get(
            "the customer to be told",
            async () => (await pods["notification-service"].Http.GetFromJsonAsync<JsonElement>($"/api/notifications?orderId={id}"))
                .GetArrayLength(),
            count => count > 0);
    }

    private static async Task StopsAsync(HostProcess pod)
    {
        pod.Signal(Signal.Terminate);
        await Eventually.Get($"{pod.Name} to leave its service", () => pod.HealthAsync("startup"), status => status == 503);
        (await pod.HealthAsync("live")).ShouldBe(200, "it still answers while others may send requests here");
        (await pod.WaitForExitAsync()).ShouldBe(0);
    }

    private JsonElement Definitions() => JsonDocument.Parse(_manifests.One<V1ConfigMap>("rabbitmq").Data["definitions.json"]).RootElement;

    /// <summary>The environment of a container, with this machine's servers in place of the cluster's.</summary>
    private Dictionary<string, string?> Here(V1Container container) =>
        _manifests.Environment(container).ToDictionary(variable => variable.Key, variable => (string?)(variable.Key.Split("__") switch
        {
            ["ConnectionStrings", var module] => Database(variable.Value, module),
            ["RabbitMq", "Uri"] => UserOf(variable.Value).AbsoluteUri,
            ["RabbitMq", "ManagementUri"] => Management(UserOf(variable.Value)),
            ["Import", "Directory"] => _system.ImportDirectory,
            [Port] => $"{FreePort.Next()}",
            _ => variable.Value,
        }));

    /// <summary>The user of this broker that has the permissions of the one in an address.</summary>
    private Uri UserOf(string address) => _users[new Uri(address).UserInfo.Split(':')[0]];

    private string Management(Uri user) =>
        new UriBuilder(shared.Servers.Management)
        {
            UserName = user.UserInfo.Split(':')[0], Password = user.UserInfo.Split(':')[1],
        }.Uri.AbsoluteUri;

    private string Database(string text, string module)
    {
        var here = new NpgsqlConnectionStringBuilder(module switch
        {
            "Order" => _system.Orders.ConnectionString,
            "Inventory" => _system.Inventory.ConnectionString,
            "Payment" => _system.Payments.ConnectionString,
            _ => _system.Notifications.ConnectionString,
        });
        return new NpgsqlConnectionStringBuilder(text)
        {
            Host = here.Host, Port = here.Port, Database = here.Database, Username = here.Username, Password = here.Password,
        }.ConnectionString;
    }
}
