using Fulfillment.Web;

namespace Fulfillment.Payment;

/// <summary>Describes this module's error codes, and the gateway's codes of declines.</summary>
internal static class PaymentErrors
{
    private const string Declined = "The order failed and its stock was given back. Nothing was charged.";

    public static IReadOnlyList<ErrorExplanation> All { get; } =
    [
        new(
            "NOT_REFUNDABLE", "There is not that much to refund",
            "The payment was not completed, or less of it is left than is to go back.",
            "No money was moved.", "Look at status and refundedAmount of the payment."),
        new(
            "INSUFFICIENT_FUNDS", "Not enough money", "The gateway found too little money on the account.",
            Declined, "Place the order again when there is enough."),
        new(
            "CARD_EXPIRED", "The card has expired", "The gateway does not charge cards that have expired.",
            Declined, "Place the order again with another card."),
        new(
            "CARD_DECLINED", "The bank declined the card", "The bank gave the gateway no reason.",
            Declined, "Ask the bank, or place the order again with another card."),
    ];
}
