using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace Fulfillment.Load.Csv;

/// <summary>The libraries as their documentation uses them: an object with its strings for each row.</summary>
internal static class LibraryParsers
{
    public static Checksum CsvHelper(byte[] file)
    {
        using var text = new StreamReader(new MemoryStream(file));
        using var csv = new CsvReader(text, CultureInfo.InvariantCulture);
        csv.Context.RegisterClassMap<CatalogueItemMap>();
        var sum = default(Checksum);
        foreach (var item in csv.GetRecords<CatalogueItem>()) sum = item.AddTo(sum);
        return sum;
    }

    public static Checksum Sylvan(byte[] file)
    {
        using var text = new StreamReader(new MemoryStream(file));
        using var csv = global::Sylvan.Data.Csv.CsvDataReader.Create(text);
        int Place(string name) => csv.GetOrdinal(name);
        var (key, name, description, brand, category) = (
            Place("Internal ID"), Place("Name"), Place("Description"), Place("Brand"), Place("Category"));
        var (price, currency, stock, ean, color) = (Place("Price"), Place("Currency"), Place("Stock"), Place("EAN"), Place("Color"));
        var (size, availability, index) = (Place("Size"), Place("Availability"), Place("Index"));
        var sum = default(Checksum);
        while (csv.Read())
        {
            var item = new CatalogueItem
            {
                InternalId = csv.GetString(key),
                Name = csv.GetString(name),
                Description = csv.GetString(description),
                Brand = csv.GetString(brand),
                Category = csv.GetString(category),
                Price = csv.GetDecimal(price),
                Currency = csv.GetString(currency),
                Stock = csv.GetInt32(stock),
                Ean = csv.GetString(ean),
                Color = csv.GetString(color),
                Size = csv.GetString(size),
                Availability = csv.GetString(availability),
                Index = csv.GetString(index),
            };
            sum = item.AddTo(sum);
        }

        return sum;
    }

    private sealed class CatalogueItemMap : ClassMap<CatalogueItem>
    {
        public CatalogueItemMap()
        {
            Map(item => item.InternalId).Name("Internal ID");
            Map(item => item.Name);
            Map(item => item.Description);
            Map(item => item.Brand);
            Map(item => item.Category);
            Map(item => item.Price);
            Map(item => item.Currency);
            Map(item => item.Stock);
            Map(item => item.Ean).Name("EAN");
            Map(item => item.Color);
            Map(item => item.Size);
            Map(item => item.Availability);
            Map(item => item.Index);
        }
    }
}
