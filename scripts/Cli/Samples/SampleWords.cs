using System.Text;

namespace Fulfillment.Cli.Samples;

/// <summary>The words of a sample catalogue as they stand in the file: encoded, and quoted where necessary.</summary>
internal static class SampleWords
{
    public static readonly byte[][] Qualities = Encode(
        "Compact", "Smart", "Portable", "Light", "Sturdy", "Classic", "Modern", "Quiet", "Fast", "Ultra", "Mini", "Pro", "Eco", "Süße",
        "Größere", "Fine");

    public static readonly byte[][] Things = Encode(
        "Printer", "Lamp", "Chair", "Keyboard", "Blender", "Kettle", "Speaker", "Camera", "Backpack", "Tripod", "Scale", "Fan", "Heater",
        "Mouse", "Stool", "Crème", "Jacke", "Regal", "Tablet", "Drone", "Charger", "Clock", "Router", "Vase");

    public static readonly byte[][] QuotedNames = Encode(
        "\"Monitor 27\"\" curved\"", "\"Lamp, tall\"", "\"Table \"\"Fjäll\"\", oak\"", "\"Screws, 100 pieces\"", "\"TV 55\"\", OLED\"",
        "\"Mug \"\"Best Dad\"\"\"");

    public static readonly byte[][] Makings = Encode(
        "Made of oak", "Soft cotton", "Steel body", "Full colour", "Hand made", "Low power", "Easy to clean", "Light as air", "Two years",
        "New model");

    public static readonly byte[][] Purposes = Encode(
        "for every home", "for long travel", "at work and school", "for kids from six", "outdoors in any weather",
        "with five years warranty", "as a gift", "for every day", "für Küche und Bad", "with spare parts");

    public static readonly byte[][] Brands = Encode(
        "Acme", "Nordwind", "Bauer", "Globex", "Initech", "Umbra", "Müller & Sohn", "\"Hahn, Roy and Co\"", "Stark Ltd", "Wayne", "Ōkami",
        "Vega", "\"Lee, Inc\"", "Kiefer");

    public static readonly byte[][] Categories = Encode(
        "Books & Stationery", "Kitchen", "Furniture", "Toys & Games", "Garden", "Cameras", "Clothing", "Health & Beauty", "Sports",
        "Automotive", "Office Supplies", "Home Decor");

    public static readonly byte[][] Currencies = Encode("USD", "EUR", "USD", "GBP");

    public static readonly byte[][] Colors = Encode("Red", "Blue", "ForestGreen", "Black", "White", "Türkis", "Ivory", "Navy", "");

    public static readonly byte[][] Sizes = Encode("Small", "Medium", "Large", "XL", "XXL", "100x200 mm", "15x20 cm", "S", "M");

    public static readonly byte[][] Availabilities = Encode("in_stock", "in_stock", "in_stock", "pre_order", "backorder", "limited_stock");

    private static byte[][] Encode(params string[] words) => [.. words.Select(Encoding.UTF8.GetBytes)];
}
