using Fulfillment.Operations.Invariants;

namespace Modules.Tests.Operations;

public sealed class SlicedPassTests
{
    private readonly SlicedPass _pass = new();
    private readonly List<long> _checked = [];
    private readonly HashSet<long> _violated = [];

    [Fact]
    public async Task Small_table_is_covered_at_once()
    {
        await AdvanceAsync(largest: 10, slices: 100);

        _checked.ShouldBe([0]);
        _pass.Covered.ShouldBe(1);
    }

    [Fact]
    public async Task Empty_table_is_covered_at_once()
    {
        await AdvanceAsync(largest: 0, slices: 100);

        _pass.Covered.ShouldBe(1);
    }

    [Fact]
    public async Task Newest_slice_comes_first_and_all_slices_are_covered_in_the_end()
    {
        await AdvanceAsync(largest: 10 * SlicedPass.Size, slices: 1);
        _checked.ShouldBe([9]);
        _pass.Covered.ShouldBeLessThan(1);

        for (var i = 0; i < 20; i++) await AdvanceAsync(largest: 10 * SlicedPass.Size, slices: 3);

        _checked.Distinct().Order().ShouldBe(Enumerable.Range(0, 10).Select(slice => (long)slice));
        _pass.Covered.ShouldBe(1);
    }

    [Fact]
    public async Task Violation_in_an_old_slice_stays_until_the_slice_is_checked_again()
    {
        _violated.Add(3);
        for (var i = 0; i < 20; i++) await AdvanceAsync(largest: 10 * SlicedPass.Size, slices: 3);
        _pass.Violations.ShouldBe(1);
        _pass.Examples.ShouldHaveSingleItem().Key.ShouldBe("3");

        _violated.Clear();
        await AdvanceAsync(largest: 10 * SlicedPass.Size, slices: 1);

        _pass.Violations.ShouldBe(0);
    }

    [Fact]
    public async Task Slices_with_new_ids_are_checked_before_the_others()
    {
        await AdvanceAsync(largest: 10 * SlicedPass.Size, slices: 10);
        _checked.Clear();

        await AdvanceAsync(largest: (12 * SlicedPass.Size) - 5, slices: 4);

        _checked.ShouldBe([11, 10, 9, 8]);
    }

    private Task AdvanceAsync(long largest, int slices)
    {
        var left = slices;
        return _pass.AdvanceAsync(largest, CheckAsync, () => left <= 0);

        Task<SlicedPass.SliceResult> CheckAsync(long after, long to)
        {
            (to - after).ShouldBe(SlicedPass.Size);
            left--;
            var slice = after / SlicedPass.Size;
            _checked.Add(slice);
            return Task.FromResult(_violated.Contains(slice)
                ? new SlicedPass.SliceResult(1, [new InvariantViolation($"{slice}", "planted")])
                : new SlicedPass.SliceResult(0, []));
        }
    }
}
