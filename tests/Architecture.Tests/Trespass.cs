using Fulfillment.Payment;

namespace Architecture.Tests.Trespass;

/// <summary>Stands for a type of a module that uses the type of another one.</summary>
internal sealed class Trespasser
{
    public PaymentStatus Status { get; init; }
}
