using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;

namespace Integration.Tests.Fixture;

/// <summary>
/// A system of its own: a virtual host, a database and a role per module, and the processes that were started on them. Disposing it
/// ends the processes and removes everything.
/// </summary>
internal sealed class FulfillmentSystem : IAsyncDisposable
{
    public static IReadOnlyList<string> Modules => Databases.Modules;

    private readonly Servers _servers;
    private readonly string _suffix = Guid.NewGuid().ToString("N")[..8];
    private readonly Dictionary<string, Database> _databases = [];
    private readonly List<(IReadOnlyList<string> Modules, HostProcess Process)> _processes = [];

    private FulfillmentSystem(Servers servers)
    {
        _servers = servers;
        Broker = new TestBroker(servers.Amqp, servers.Management, $"test_{_suffix}");
        ImportDirectory = Directory.CreateTempSubdirectory($"fulfillment_{_suffix}_").FullName;
    }

    public TestBroker Broker { get; }

    /// <summary>Where its processes keep the files that they import.</summary>
    public string ImportDirectory { get; }

    public Database Orders => _databases["Order"];

    public Database Inventory => _databases["Inventory"];

    public Database Payments => _databases["Payment"];

    public Database Notifications => _databases["Notification"];

    /// <summary>The output of all processes.</summary>
    public string Output => string.Join('\n', _processes.Select(entry => entry.Process.Output));

    /// <summary>Creates a virtual host, and databases that are migrated; starts nothing.</summary>
    public static async Task<FulfillmentSystem> CreateAsync(Servers servers) => await CreateAsync(servers, await servers.TemplateAsync());

    /// <summary>The same with empty databases.</summary>
    public static Task<FulfillmentSystem> CreateEmptyAsync(Servers servers) => CreateAsync(servers, template: null);

    /// <summary>Migrates empty databases, for others to copy: that takes less of a processor than a migration.</summary>
    public static async Task<FulfillmentSystem> CreateTemplateAsync(Servers servers)
    {
        var template = await CreateEmptyAsync(servers);
        var (exitCode, output) = await RunAsync(template.Settings(null, ("ASPNETCORE_ENVIRONMENT", "Production")), "migrate");
        if (exitCode != 0) throw new InvalidOperationException($"The databases for all tests cannot be migrated:\n{output}");
        // Copies change the owner of what belongs to the role of the template, and the template is not theirs.
        await using var admin = NpgsqlDataSource.Create(template.Admin());
        foreach (var (database, _) in Modules.Select(template.NamesOf))
            await Databases.ExecuteAsync(admin, $"ALTER DATABASE {database} OWNER TO CURRENT_USER", CancellationToken.None);
        return template;
    }

    private static async Task<FulfillmentSystem> CreateAsync(Servers servers, FulfillmentSystem? template)
    {
        var system = new FulfillmentSystem(servers);
        await system.Broker.CreateAsync();
        await using var admin = NpgsqlDataSource.Create(system.Admin());
        foreach (var module in Modules)
        {
            var (database, role) = system.NamesOf(module);
            var copied = template is null ? "" : $" TEMPLATE {template.NamesOf(module).Database}";
            await Databases.ExecuteAsync(admin, $"CREATE ROLE {role} LOGIN PASSWORD '{role}'", CancellationToken.None);
            await Databases.ExecuteAsync(admin, $"CREATE DATABASE {database} OWNER {role}{copied}", CancellationToken.None);
            await Databases.ExecuteAsync(admin, $"REVOKE CONNECT ON DATABASE {database} FROM PUBLIC", CancellationToken.None);
            if (template is not null)
            {
                await using var copy = NpgsqlDataSource.Create(system.Admin(database));
                await Databases.ExecuteAsync(copy, $"REASSIGN OWNED BY {template.NamesOf(module).Role} TO {role}", CancellationToken.None);
            }

            system._databases[module] = new Database(new NpgsqlConnectionStringBuilder(servers.Postgres)
            {
                Database = database, Username = role, Password = role,
            }.ConnectionString);
        }

        return system;
    }

    /// <summary>Starts a process with some modules (all when none is named) and waits until it is ready.</summary>
    public Task<HostProcess> StartAsync(string? modules = null, params (string Name, string Value)[] settings) =>
        Launch(modules, settings).WaitUntilReadyAsync();

    /// <summary>Starts a process with some modules (all when none is named) and returns at once.</summary>
    public HostProcess Launch(string? modules = null, params (string Name, string Value)[] settings)
    {
        var process = HostProcess.Start(modules ?? "Host", Settings(modules, settings));
        _processes.Add((modules?.Split(',') ?? Modules, process));
        return process;
    }

    /// <summary>Runs the host with arguments until it ends.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        IEnumerable<KeyValuePair<string, string?>> settings, params string[] arguments)
    {
        await using var process = HostProcess.Start($"Host {string.Join(' ', arguments)}", settings, arguments);
        return (await process.WaitForExitAsync(), process.Output);
    }

    /// <summary>The environment of a process of this system. Connection strings are given for its own modules only.</summary>
    public Dictionary<string, string?> Settings(string? modules = null, params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development", ["RabbitMq__Uri"] = Broker.Uri.AbsoluteUri,
            ["RabbitMq__ManagementUri"] = _servers.Management.AbsoluteUri, ["Import__Directory"] = ImportDirectory,
        };
        if (modules is not null) settings["MODULES"] = modules;
        foreach (var module in modules?.Split(',') ?? Modules)
            settings[$"ConnectionStrings__{module}"] = _databases[module].ConnectionString;
        foreach (var (name, value) in more) settings[name] = value;
        return settings;
    }

    /// <summary>Stops every process that runs.</summary>
    public async Task StopAllAsync()
    {
        foreach (var (_, process) in _processes.Where(entry => !entry.Process.HasExited)) await process.StopAsync();
    }

    /// <summary>A client of a process that runs the module.</summary>
    public HttpClient Api(string module) =>
        _processes.Last(entry => entry.Modules.Contains(module) && !entry.Process.HasExited).Process.Http;

    /// <summary>Reads a resource of a module.</summary>
    public async Task<JsonElement> GetAsync(string module, string path)
    {
        using var response = await Api(module).GetAsync(new Uri(path, UriKind.Relative));
        response.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Places an order of one line and returns its number.</summary>
    public Task<long> PlaceAsync(string customer, string product, int quantity = 1, decimal price = 9.99m) =>
        PlaceAsync(OrderOf(customer, product, quantity, price));

    /// <summary>Places an order and returns its number.</summary>
    public async Task<long> PlaceAsync(object order)
    {
        using var response = await Api("Order").PostAsJsonAsync("/api/orders", order);
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("orderId").GetInt64();
    }

    public static object OrderOf(string customer, string product, int quantity = 1, decimal price = 9.99m) =>
        new { customerId = customer, items = new[] { new { productId = product, productName = $"Name of {product}", quantity, price } } };

    /// <summary>Creates a product, or sets its available quantity.</summary>
    public async Task StockUpAsync(string product, int available)
    {
        using var response = await Api("Inventory").PutAsJsonAsync(
            $"/api/inventory/items/{product}", new { productName = $"Name of {product}", availableQuantity = available });
        response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());
    }

    /// <summary>Waits until an order has reached a terminal state, and returns it.</summary>
    public async Task<JsonElement> EndOfAsync(long orderId)
    {
        try
        {
            return await Eventually.Get(
                $"order {orderId} to end", () => GetAsync("Order", $"/api/orders/{orderId}"),
                order => order.GetProperty("status").GetString() is "COMPLETED" or "FAILED" or "CANCELLED");
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\nWhat the processes logged about order {orderId}:\n{LinesAbout(orderId)}", e);
        }
    }

    private string LinesAbout(long orderId)
    {
        var order = new Regex($@"(?i)\border\w*\W{{0,3}}{orderId}\b");
        return string.Join('\n', Output.Split('\n').Where(line => order.IsMatch(line)));
    }

    /// <summary>Waits until every order has reached a terminal state.</summary>
    public Task AllEndAsync() => Eventually.Get(
        "every order to end", () => Orders.ScalarAsync<long>("SELECT count(*) FROM orders WHERE status < 'COMPLETED'"), open => open == 0);

    /// <summary>Waits until the stock of a product is as expected: it is committed or released after the order has ended.</summary>
    public Task StockBecomesAsync(string product, int available, int reserved, int sold) => Eventually.Get(
        $"{product} to have {(available, reserved, sold)} available, reserved and sold", () => StockAsync(product),
        stock => stock == (available, reserved, sold));

    public async Task<(int Available, int Reserved, int Sold)> StockAsync(string product)
    {
        var item = await GetAsync("Inventory", $"/api/inventory/items/{product}");
        return (
            item.GetProperty("availableQuantity").GetInt32(), item.GetProperty("reservedQuantity").GetInt32(),
            item.GetProperty("soldQuantity").GetInt32());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, process) in _processes) await process.DisposeAsync();
        Directory.Delete(ImportDirectory, recursive: true);
        await Broker.DisposeAsync();
        foreach (var database in _databases.Values) await database.DisposeAsync();
        await using var admin = NpgsqlDataSource.Create(Admin());
        foreach (var (database, role) in _databases.Keys.Select(NamesOf))
        {
            await Databases.ExecuteAsync(admin, $"DROP DATABASE {database} WITH (FORCE)", CancellationToken.None);
            await Databases.ExecuteAsync(admin, $"DROP ROLE {role}", CancellationToken.None);
        }
    }

    private (string Database, string Role) NamesOf(string module) =>
        ($"{module.ToLowerInvariant()}_db_{_suffix}", $"{module.ToLowerInvariant()}user_{_suffix}");

    private string Admin(string database = "postgres") =>
        new NpgsqlConnectionStringBuilder(_servers.Postgres) { Database = database, Pooling = false }.ConnectionString;
}
