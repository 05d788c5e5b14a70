using Integration.Tests.Deployment;
using Integration.Tests.Imports;
using Integration.Tests.Operations;
using Integration.Tests.Outages;
using Xunit.Sdk;
using Xunit.v3;

namespace Integration.Tests.Fixture;

/// <summary>
/// Starts collections of many classes first, then the longest classes, so that none of them runs alone at the end.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] LongClasses =
    [
        .. new[]
        {
            typeof(ImportCrashTests), typeof(OrderOutcomeTests), typeof(GracefulStopTests), typeof(DatabaseOutageTests),
            typeof(BoundedReadTests), typeof(ReplayCrashTests), typeof(CrashTests), typeof(PodsAsProcessesTests), typeof(RestartTests),
        }.Select(type => type.FullName!),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(Rank)];

    private static int Rank<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        if (collection.TestCollectionClassName is not null) return 0;
        return Array.Exists(LongClasses, collection.TestCollectionDisplayName.Contains) ? 1 : 2;
    }
}
