namespace Modules.Tests.Deployment;

/// <summary>Whether the files of k8s/ fit together and fit the code. That they run is shown by ./dev k8s-test.</summary>
public sealed class ManifestTests
{
    private static readonly Manifests Manifests = Manifests.Load(Repository.Root);

    private static readonly Dictionary<string, ManifestRule> Rules =
        new[] { PodRules.All, WiringRules.All, NetworkRules.All, SettingRules.All, BrokerRules.All }
            .SelectMany(rules => rules).ToDictionary(rule => rule.Name);

    public static TheoryData<string> Names => [.. Rules.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_manifests_keep_the_rule(string rule) => Rules[rule].Violations(Manifests).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_planted_mistake_is_caught(string rule)
    {
        Rules[rule].Planted.ShouldNotBeEmpty();
        foreach (var mistake in Rules[rule].Planted) Rules[rule].Violations(mistake.In(Manifests)).ShouldNotBeEmpty(mistake.ToString());
    }

    [Theory]
    [InlineData("50-order-service.yaml", "readinessProbe:", "readynessProbe:")]
    [InlineData("50-order-service.yaml", "replicas: 2", "replicas: 2\n  replicas: 2")]
    [InlineData("50-order-service.yaml", "replicas: 2", "replicas: two")]
    [InlineData("70-network-policies.yaml", "policyTypes: [Egress]", "policyType: [Egress]")]
    [InlineData("80-autoscaling.yaml", "minReplicas", "minimumReplicas")]
    public void A_field_that_does_not_exist_fails(string file, string from, string to) =>
        Should.Throw<FormatException>(() => new Mistake(file, from, to).In(Manifests)).Message.ShouldContain(file);

    [Fact]
    public void Everything_is_there()
    {
        Manifests.Services.Count.ShouldBe(4);
        Manifests.Workloads.Select(workload => workload.ToString()).ShouldBe(
            [
                "Deployment order-service", "Deployment inventory-service", "Deployment payment-service", "Deployment notification-service",
                "Deployment nginx-gateway", "StatefulSet rabbitmq", "StatefulSet order-db", "StatefulSet inventory-db",
                "StatefulSet payment-db",
                "StatefulSet notification-db", "Job migrate",
            ],
            ignoreOrder: true);
    }

    [Fact]
    public void The_gateway_has_the_configuration_of_the_repository() =>
        Manifests.One<k8s.Models.V1ConfigMap>("nginx-gateway").Data["nginx.conf"].ShouldBe(
            Repository.Read("nginx.conf"), "run scripts/k8s-nginx.sh, which writes nginx.conf into k8s/60-gateway-config.yaml");

    [Fact]
    public void The_overlays_build_on_every_file()
    {
        var listed = Repository.Read("k8s/overlays/base/kustomization.yaml")
            .Split('\n').Where(line => line.StartsWith("  - ", StringComparison.Ordinal));
        string[] generated = ["10-passwords.yaml", "60-gateway-config.yaml"];
        listed.ShouldBe(Manifests.Files.Keys.Except(generated).Select(file => $"  - ../../{file}"), ignoreOrder: true);
    }

    [Fact]
    public void The_example_of_passwords_names_each_of_them()
    {
        var lines = Repository.Read("k8s/overlays/production/passwords.env.example").Split('\n');
        var named = lines.Where(line => line.Contains('=')).Select(line => line.Split('=')[0]);
        named.ShouldBe(Manifests.Secret("passwords").Keys, ignoreOrder: true);
    }
}
