using System.Globalization;
using System.Text.RegularExpressions;
using Fulfillment.Core;
using Fulfillment.Host;
using Fulfillment.Hosting.Health;
using Fulfillment.Inventory.ImportProducts;
using Fulfillment.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using k8s.Models;

namespace Modules.Tests.Deployment;

/// <summary>What pods are told: settings that the code knows, with values that fit the other pods.</summary>
internal static partial class SettingRules
{
    private const string Order = "50-order-service.yaml";
    private const string Inventory = "51-inventory-service.yaml";
    private const string Databases = "30-databases.yaml";
    private const string Migrate = "40-migrate.yaml";
    private const string Passwords = "10-passwords.yaml";

    /// <summary>How long the DNS of a cluster may remember a name, by CoreDNS' usual configuration.</summary>
    private const int ClusterDnsSeconds = 30;

    private static readonly Dictionary<string, Type> Sections = new()
    {
        ["RabbitMq"] = typeof(RabbitMqOptions), ["Shutdown"] = typeof(ShutdownOptions), ["Import"] = typeof(ImportOptions),
    };

    private static readonly Lazy<IReadOnlyList<string>> HealthRoutes = new(FindHealthRoutes);

    public static IReadOnlyList<ManifestRule> All { get; } =
    [
        new(
            "Every password that is used exists, and every one that exists is used", Secrets,
            new Mistake(Order, "key: ORDER_DB_PASSWORD", "key: DB_PASSWORD"), new Mistake(Order, "name: passwords", "name: secrets"),
            new Mistake(Passwords, "stringData:\n", "stringData:\n  SPARE_PASSWORD: unused\n"),
            new Mistake(Passwords, "demo-cookie", "demo@cookie")),
        new(
            "Values refer to variables that come before them",
            manifests => Ours(manifests)
                .SelectMany(pair => pair.Environment.Values).Where(value => value.Contains("$(", StringComparison.Ordinal)),
            new Mistake(Order, "Password=$(DB_PASSWORD)", "Password=$(DATABASE_PASSWORD)")),
        new(
            "Each module is a service of its own name, and the step that migrates has all of them", ModuleNames,
            new Mistake(Order, "value: Order }", "value: Orders }"), new Mistake(Order, "value: Order }", "value: Payment }"),
            new Mistake(Order, "value: Order }", "value: \"Order,Payment\" }"),
            new Mistake(Migrate, "args: [\"migrate\"]", "args: [\"migrat\"]"),
            new Mistake(Migrate, "name: ConnectionStrings__Payment", "name: ConnectionStrings__Payments"),
            new Mistake(Migrate, "fulfillment:$(", "order:$(")),
        new(
            "Settings are known to the code, and have values that it takes",
            manifests => Ours(manifests)
                .SelectMany(pair => pair.Environment.Keys.Where(name => !IsKnown(name)).Select(name => $"{pair.Workload}: {name}"))
                .Concat(Stops(manifests)),
            new Mistake(Order, "RabbitMq__Uri", "RabbitMq__Url"), new Mistake(Order, "Shutdown__Delay", "Shutdown__Wait"),
            new Mistake(Order, "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_PORTS"),
            new Mistake(Order, "value: \"00:00:08\"", "value: \"00:00:20\""),
            new Mistake(Order, "value: \"00:00:08\"", "value: \"00:00:03\""),
            new Mistake(Order, "minReadySeconds: 40", "minReadySeconds: 30"), new Mistake(Order, "  minReadySeconds: 40\n", ""),
            new Mistake(Order, "terminationGracePeriodSeconds: 40", "terminationGracePeriodSeconds: 20"),
            new Mistake(Order, "RabbitMq__DeclareTopology, value: \"false\"", "RabbitMq__DeclareTopology, value: \"true\"")),
        new(
            "A service listens where the gateway looks for it",
            manifests => manifests.Services.SelectMany(service => Listening(manifests, service)),
            new Mistake(Order, "value: \"8081\"", "value: \"8080\""), new Mistake(Order, "containerPort: 8081", "containerPort: 9081"),
            new Mistake("60-gateway-config.yaml", "order-service${GATEWAY_DOMAIN}:8081", "order-service${GATEWAY_DOMAIN}:8091")),
        new(
            "Connection strings lead to the database of the module, with the password of its role", DatabaseAccess,
            new Mistake(Order, "Host=order-db", "Host=payment-db"), new Mistake(Order, "Username=orderuser", "Username=postgres"),
            new Mistake(Order, "key: ORDER_DB_PASSWORD", "key: PAYMENT_DB_PASSWORD"),
            new Mistake(Databases, "key: INVENTORY_DB_PASSWORD", "key: ORDER_DB_PASSWORD"),
            new Mistake(Databases, "MODULE_DATABASE, value: payment_db", "MODULE_DATABASE, value: payments"),
            new Mistake(Migrate, "Port=5432;Database=notification_db", "Port=5433;Database=notification_db")),
        new(
            "A database takes the connections of all replicas that there can be", Connections,
            new Mistake(Order, "Maximum Pool Size=25", "Maximum Pool Size=50"), new Mistake(Order, ";Maximum Pool Size=25", ""),
            new Mistake(Databases, "max_connections=200", "max_connections=100")),
        new(
            "Uploads are kept where all replicas of Inventory see them", Imports,
            new Mistake(Inventory, "value: /imports }", "value: /tmp }"),
            new Mistake(Inventory, "persistentVolumeClaim: { claimName: imports }", "emptyDir: {}"),
            new Mistake(Inventory, "fsGroup: 1654", "fsGroup: 0")),
        new(
            "Probes ask for something that there is, and not whether broker and database are there",
            manifests => manifests.Workloads.SelectMany(workload => Probes(manifests, workload)),
            new Mistake(Order, "path: /health/live", "path: /health/alive"),
            new Mistake(Order, "path: /health/startup", "path: /health/ready"),
            new Mistake("61-gateway.yaml", "path: /health, port", "path: /healthy, port"),
            new Mistake(
                Order,
                "livenessProbe:\n            httpGet: { path: /health/live, port: http }",
                "livenessProbe:\n            httpGet: { path: /health/startup, port: http }")),
    ];

    /// <summary>Pods that run our image, with their environment.</summary>
    private static IEnumerable<(Workload Workload, Dictionary<string, string> Environment)> Ours(Manifests manifests) =>
        from workload in manifests.Workloads
        where workload.Pod.Containers[0].Image == Manifests.Image
        select (workload, manifests.Environment(workload.Pod.Containers[0]));

    private static IEnumerable<string> Secrets(Manifests manifests)
    {
        var used = manifests.Workloads.SelectMany(workload => workload.Containers).SelectMany(container => container.Env ?? [])
            .Select(variable => variable.ValueFrom?.SecretKeyRef)
            .OfType<V1SecretKeySelector>().Select(key => (key.Name, key.Key)).ToHashSet();
        var kept = manifests.All<V1Secret>()
            .SelectMany(secret => secret.StringData.Keys, (secret, key) => (secret.Metadata.Name, key)).ToHashSet();
        var odd = manifests.Secret("passwords").Where(password => !UrlSafe().IsMatch(password.Value)).Select(password => password.Key);
        return
        [
            .. used.Except(kept).Select(key => $"{key} does not exist"), .. kept.Except(used).Select(key => $"{key} is not used"),
            .. odd.Select(key => $"{key} cannot become part of an address"),
        ];
    }

    private static IEnumerable<string> ModuleNames(Manifests manifests)
    {
        foreach (var service in manifests.Services)
        {
            var setting = manifests.Environment(service.Pod.Containers[0])["MODULES"];
            if (!ModuleCatalog.All.Any(module => module.Name == setting && $"{setting.ToLowerInvariant()}-service" == service.Name))
                yield return $"{service} runs '{setting}'";
        }

        foreach (var module in ModuleCatalog.All)
        {
            if (manifests.Services.All(service => service.Name != $"{module.Name.ToLowerInvariant()}-service"))
                yield return $"there is no service for {module.Name}";
        }

        var migrate = manifests.One<V1Job>("migrate").Spec.Template.Spec.Containers.Single();
        var environment = manifests.Environment(migrate);
        if (migrate.Args is not ["migrate"] || environment.ContainsKey("MODULES")) yield return "the Job migrates nothing, or not all";
        foreach (var module in ModuleCatalog.All.Where(module => !environment.ContainsKey($"ConnectionStrings__{module.Name}")))
            yield return $"the Job does not know the database of {module.Name}";
        if (new Uri(environment["RabbitMq__Uri"]).UserInfo.Split(':')[0] != "fulfillment")
            yield return "the Job may not declare the topology";
    }

    private static bool IsKnown(string name) => name switch
    {
        "MODULES" or "ASPNETCORE_HTTP_PORTS" or "LogLevel" or "OTEL_EXPORTER_OTLP_ENDPOINT" => true,
        _ when name.EndsWith("_PASSWORD", StringComparison.Ordinal) => true,
        _ when name.Split("__") is ["ConnectionStrings", var module] => ModuleCatalog.All.Any(candidate => candidate.Name == module),
        _ => name.Split("__") is [var section, var property]
            && Sections.TryGetValue(section, out var options) && options.GetProperty(property) is not null,
    };

    private static IEnumerable<string> Stops(Manifests manifests)
    {
        // What the gateway remembers of a name.
        var remembered = int.Parse(ResolverSeconds().Match(Repository.Read("nginx.conf")).Groups[1].Value, CultureInfo.InvariantCulture);
        foreach (var service in manifests.Services)
        {
            var environment = manifests.Environment(service.Pod.Containers[0]);
            var delay = environment.TryGetValue("Shutdown__Delay", out var text)
                ? TimeSpan.Parse(text, CultureInfo.InvariantCulture)
                : TimeSpan.Zero;
            if (delay <= TimeSpan.FromSeconds(remembered) || delay > ShutdownOptions.DrainTimeout)
                yield return $"{service} waits {delay} for others to forget its address";
            if (manifests.One<V1Deployment>(service.Name).Spec.MinReadySeconds is not { } pause || pause < ClusterDnsSeconds + remembered)
                yield return $"an update may take the last address of {service} that the gateway knows";
            if (service.Pod.TerminationGracePeriodSeconds < ShutdownOptions.Deadline.TotalSeconds + 5)
                yield return $"{service} may be killed before it has ended";
            if (environment["RabbitMq__DeclareTopology"] != "false") yield return $"{service} would try to declare what its user may not";
        }
    }

    private static IEnumerable<string> Listening(Manifests manifests, Workload service)
    {
        var container = service.Pod.Containers.Single();
        var port = container.Ports.Single(candidate => candidate.Name == "http").ContainerPort;
        if (manifests.Environment(container)["ASPNETCORE_HTTP_PORTS"] != port.ToString(CultureInfo.InvariantCulture))
            yield return $"{service} does not listen to its port {port}";
        var configuration = manifests.One<V1ConfigMap>("nginx-gateway").Data["nginx.conf"];
        if (!configuration.Contains($" {service.Name}${{GATEWAY_DOMAIN}}:{port};", StringComparison.Ordinal))
            yield return $"the gateway does not look for {service} at {port}";
    }

    private static IEnumerable<string> DatabaseAccess(Manifests manifests)
    {
        foreach (var (workload, environment) in Ours(manifests))
        {
            var databases = environment.Where(variable => variable.Key.StartsWith("ConnectionStrings__", StringComparison.Ordinal));
            foreach (var (name, value) in databases)
            {
                var module = name.Split("__")[1].ToLowerInvariant();
                var text = new NpgsqlConnectionStringBuilder(value);
                var server = manifests.All<V1StatefulSet>().SingleOrDefault(candidate => candidate.Metadata.Name == text.Host);
                var there = server is null ? [] : manifests.Environment(server.Spec.Template.Spec.Containers.Single());
                var ports = manifests.All<V1Service>()
                    .Where(service => service.Metadata.Name == text.Host).Select(service => service.Spec.Ports.Single().Port);
                if (text.Host != $"{module}-db" || !ports.Contains(text.Port))
                    yield return $"{workload}: {name} leads to {text.Host}:{text.Port}";
                else if (there["MODULE_DATABASE"] != text.Database || there["MODULE_ROLE"] != text.Username
                    || there["MODULE_PASSWORD"] != text.Password)
                    yield return $"{workload}: {text.Host} knows no such database, role or password";
            }
        }
    }

    private static IEnumerable<string> Connections(Manifests manifests)
    {
        foreach (var service in manifests.Services)
        {
            var environment = manifests.Environment(service.Pod.Containers[0]);
            var text = new NpgsqlConnectionStringBuilder(environment[$"ConnectionStrings__{environment["MODULES"]}"]);
            var server = manifests.One<V1StatefulSet>(text.Host!).Spec.Template.Spec.Containers.Single();
            var setting = server.Args.Single(argument => argument.StartsWith("max_connections=", StringComparison.Ordinal));
            var most = int.Parse(setting.Split('=')[1], CultureInfo.InvariantCulture);
            // One more during an update, and some for people, migrations and backups.
            var replicas = manifests.All<V2HorizontalPodAutoscaler>()
                .Single(scaler => scaler.Spec.ScaleTargetRef.Name == service.Name).Spec.MaxReplicas + 1;
            if ((text.MaxPoolSize * replicas) + 20 > most)
                yield return $"{replicas} replicas of {service} may have {text.MaxPoolSize} connections each, the database takes {most}";
        }
    }

    private static IEnumerable<string> Imports(Manifests manifests)
    {
        var inventory = manifests.Workloads.Single(workload => workload.Name == "inventory-service");
        var folder = manifests.Environment(inventory.Pod.Containers[0])["Import__Directory"];
        var mount = inventory.Pod.Containers[0].VolumeMounts.SingleOrDefault(candidate => candidate.MountPath == folder);
        if (inventory.Pod.Volumes.SingleOrDefault(volume => volume.Name == mount?.Name)?.PersistentVolumeClaim is null)
            yield return "uploads are in one replica only";
        if (inventory.Pod.SecurityContext.FsGroup != inventory.Pod.SecurityContext.RunAsGroup)
            yield return "the volume of uploads is not writable for the process";
    }

    private static IEnumerable<string> Probes(Manifests manifests, Workload workload)
    {
        var isService = manifests.Services.Contains(workload);
        var known = isService
            ? HealthRoutes.Value
            : GatewayLocation().Matches(Repository.Read("nginx.conf")).Select(match => match.Groups[1].Value).ToList();
        foreach (var container in workload.Pod.Containers)
        {
            string?[] paths = [.. Workload.Probes(container).Select(probe => probe.HttpGet?.Path)];
            foreach (var path in paths.OfType<string>().Except(known))
                yield return $"{workload} has nothing at {path}";
            if (isService && paths is not ["/health/startup", "/health/startup", "/health/live"])
                yield return $"{workload} is asked for something else";
            if (workload.Kind != "Job" && (container.StartupProbe is null || container.ReadinessProbe is null))
                yield return $"{workload} is not asked whether it is ready";
        }
    }

    private static List<string> FindHealthRoutes()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Services.AddHealth();
        var app = builder.Build();
        app.MapHealth();
        var endpoints = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints);
        return [.. endpoints.OfType<RouteEndpoint>().Select(route => route.RoutePattern.RawText!)];
    }

    [GeneratedRegex("^[A-Za-z0-9._~-]+$")]
    private static partial Regex UrlSafe();

    [GeneratedRegex(@"resolver \S+ valid=(\d+)s")]
    private static partial Regex ResolverSeconds();

    [GeneratedRegex(@"location = (/\S+)")]
    private static partial Regex GatewayLocation();
}
