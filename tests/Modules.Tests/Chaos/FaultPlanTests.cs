using Fulfillment.Chaos.Faults;

namespace Modules.Tests.Chaos;

public sealed class FaultPlanTests
{
    private static readonly IReadOnlyList<FaultKind> Kinds = FaultKind.Choose(null, withServers: true, withFailpoints: true);
    private static readonly string[] Targets = ["order-1", "inventory-1", "payment-1", "notification-1"];

    [Fact]
    public void Same_seed_plans_the_same_faults()
    {
        Text(7).ShouldBe(Text(7));
        Text(7).ShouldNotBe(Text(8));
    }

    [Fact]
    public void Every_kind_comes_once_before_any_comes_twice()
    {
        var plan = new FaultPlan(Kinds, Targets, 7);
        plan.Lanes.SelectMany(lane => lane.Faults.Take(lane.FirstRound)).Select(fault => fault.Kind.Name).Order()
            .ShouldBe(Kinds.Select(kind => kind.Name).Order());
    }

    [Fact]
    public void Process_dies_at_points_of_its_own_code()
    {
        var plan = new FaultPlan(Kinds, Targets, 7);
        foreach (var fault in plan.Lanes.SelectMany(lane => lane.Faults.Take(200)).Where(fault => fault.Kind.Name == FaultKind.Failpoint))
            Failpoints.All.ShouldContain(
                entry => entry.Point == fault.Failpoint && fault.Target.StartsWith(entry.Module, StringComparison.OrdinalIgnoreCase),
                fault.ToString());
    }

    [Fact]
    public void Faults_that_these_servers_do_not_allow_are_left_out_unless_they_are_named()
    {
        FaultKind.Choose(null, withServers: false, withFailpoints: false)
            .ShouldNotContain(kind => kind.NeedsServers || kind.Deletes || kind.Name == FaultKind.Failpoint);
        FaultKind.Choose("delete-queue,kill", withServers: false, withFailpoints: false).Select(kind => kind.Name)
            .ShouldBe(["delete-queue", "kill"]);
        Should.Throw<Fulfillment.Cli.CommandException>(
            () => FaultKind.Choose("broker-kill", withServers: false, withFailpoints: true)).Message.ShouldContain("broker-kill");
        Should.Throw<Fulfillment.Cli.CommandException>(
            () => FaultKind.Choose("no-such", withServers: true, withFailpoints: true)).Message.ShouldContain("no-such");
    }

    [Theory]
    [InlineData("broker-reset", false)]
    [InlineData("password-rotation", true)]
    public void Fault_that_every_run_makes_can_be_chosen_alone(string name, bool withoutServers)
    {
        Kinds.ShouldContain(kind => kind.Name == name);
        FaultKind.Choose(null, withServers: false, withFailpoints: true).Any(kind => kind.Name == name).ShouldBe(withoutServers);
        var lane = new FaultPlan(FaultKind.Choose(name, withServers: true, withFailpoints: true), Targets, 7).Lanes.ShouldHaveSingleItem();
        lane.FirstRound.ShouldBe(1);
        lane.Faults.First().Kind.Name.ShouldBe(name);
    }

    [Fact]
    public void Rotated_password_names_the_process_whose_module_it_belongs_to()
    {
        var lane = new FaultPlan(
            FaultKind.Choose("password-rotation", withServers: true, withFailpoints: true), Targets, 7).Lanes.Single();
        foreach (var fault in lane.Faults.Take(20)) fault.ToString().ShouldContain(fault.Target);
    }

    private static string Text(int seed) =>
        string.Join('\n', new FaultPlan(Kinds, Targets, seed).Lanes.SelectMany(lane => lane.Faults.Take(100)));
}
