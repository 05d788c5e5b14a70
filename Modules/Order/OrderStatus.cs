namespace Fulfillment.Order;

/// <summary>Status of an order. A later status follows an earlier one, also in the database.</summary>
public enum OrderStatus
{
    /// <summary>Accepted.</summary>
    Pending,

    /// <summary>Stock is reserved.</summary>
    Confirmed,

    /// <summary>Paid, and its stock is sold.</summary>
    Completed,

    /// <summary>Could not be reserved or paid.</summary>
    Failed,

    /// <summary>Cancelled by the customer, or expired.</summary>
    Cancelled,
}
