using Fulfillment.Web;

namespace Fulfillment.Order;

/// <summary>Describes this module's error codes, and the reasons for which orders end without success.</summary>
internal static class OrderErrors
{
    public static IReadOnlyList<ErrorExplanation> All { get; } =
    [
        new(
            "ORDER_ENDED", "The order has ended", "An order that is completed, failed or cancelled stays so.",
            "The order was left as it is.", "Refund its payment, if money is to go back."),
        new(
            "CUSTOMER_REQUESTED", "The customer cancelled the order", "It was cancelled before it had ended.",
            "Its stock was given back, and what had been charged was refunded.", "Nothing; place a new order if it was a mistake."),
        new(
            "PAYMENT_DECLINED", "The payment was declined",
            "The gateway did not charge the customer; the payment has its own code and reason.",
            "The order failed and its stock was given back. Nothing was charged.", "Place the order again, with another way to pay."),
    ];
}
