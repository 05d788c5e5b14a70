using Fulfillment.Messaging;

namespace Modules.Tests.Messaging;

public sealed class DeterministicGuidTests
{
    private static readonly Guid Cause = Guid.Parse("019b3c1e-7a10-7c4e-9f00-000000000001");

    [Fact]
    public void The_same_cause_leads_to_the_same_id() =>
        // First half of SHA-256 over the sixteen bytes of the cause and the ASCII type, with version and variant set.
        DeterministicGuid.From(Cause, "PAYMENT_COMPLETED").ShouldBe(Guid.Parse("90ddeae2-b885-8bd7-94e0-92738b070a34"));

    [Fact]
    public void Another_cause_or_type_leads_to_another_id()
    {
        Guid[] ids =
        [
            DeterministicGuid.From(Cause, "PAYMENT_COMPLETED"), DeterministicGuid.From(Cause, "PAYMENT_FAILED"),
            DeterministicGuid.From(Cause, ""),
            DeterministicGuid.From(Guid.Parse("019b3c1e-7a10-7c4e-9f00-000000000002"), "PAYMENT_COMPLETED"),
            DeterministicGuid.From(Guid.Empty, "PAYMENT_COMPLETED"),
        ];

        ids.ShouldBeUnique();
    }

    [Fact]
    public void Every_id_is_of_version_8_and_of_the_RFC_variant()
    {
        for (var i = 0; i < 1_000; i++)
        {
            var id = DeterministicGuid.From(new Guid(i, 0, 0, new byte[8]), "PAYMENT_COMPLETED");

            (id.Version, id.Variant & 0b1100).ShouldBe((8, 0b1000));
        }
    }
}
