namespace Modules.Tests.Deployment;

/// <summary>What builds and deploys this system has few rights, runs only code that cannot change, and names things that exist.</summary>
public sealed class WorkflowTests
{
    private const string Pin = "3d3c42e5aac5ba805825da76410c181273ba90b1";

    private const string Good = $$"""
        name: Good
        on: push
        permissions: {}
        concurrency: one
        jobs:
          build:
            runs-on: ubuntu-24.04
            timeout-minutes: 5
            permissions:
              contents: read
            steps:
              - uses: actions/checkout@{{Pin}} # v7.0.1
                with:
                  persist-credentials: false
              - run: ./dev test

        """;

    private static readonly string Root = FindRoot();

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Path.Combine(Root, ".github", "workflows")).Select(path => Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Workflow_has_no_mistake(string file) =>
        new Workflow(File.ReadAllText(Path.Combine(Root, ".github", "workflows", file)), Root).Mistakes.ShouldBeEmpty();

    [Fact]
    public void Nothing_is_wrong_with_what_the_mistakes_are_planted_into() => new Workflow(Good, Root).Mistakes.ShouldBeEmpty();

    [Theory]
    [InlineData("permissions: {}", "permissions: read-all", "the workflow as a whole has permissions")]
    [InlineData("permissions: {}\n", "", "the workflow as a whole has permissions")]
    [InlineData("    permissions:\n      contents: read\n", "", "job build does not list its permissions")]
    [InlineData("    timeout-minutes: 5\n", "", "job build has no timeout")]
    [InlineData("concurrency: one\n", "", "nothing keeps two runs apart")]
    [InlineData(Pin, "v7", "'uses: actions/checkout@v7 # v7.0.1' is not pinned")]
    [InlineData(" # v7.0.1", "", "is not pinned to a commit, with its version beside it")]
    [InlineData("persist-credentials: false", "persist-credentials: true", "job build keeps the credentials of its checkout")]
    [InlineData("./dev test", "./dev tset", "'./dev tset' does not exist")]
    [InlineData("./dev test", "./build.sh", "'./build.sh' does not exist")]
    [InlineData("./dev test", "kubectl apply -f kubernetes/", "'kubernetes/' does not exist")]
    [InlineData("./dev test", "sed -i s/a/b/ k8s/*.json", "'k8s/*.json' does not exist")]
    [InlineData("./dev test", "kubectl rollout status deployment/billing-service", "'billing-service' is not in k8s/")]
    public void Planted_mistake_is_found(string from, string to, string mistake)
    {
        Good.ShouldContain(from);

        new Workflow(Good.Replace(from, to, StringComparison.Ordinal), Root).Mistakes.ShouldHaveSingleItem().ShouldContain(mistake);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Fulfillment.sln"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException($"Fulfillment.sln is in no folder above {AppContext.BaseDirectory}.");
    }
}
