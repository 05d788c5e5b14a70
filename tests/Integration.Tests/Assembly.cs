using Integration.Tests.Fixture;

// Four at a time keep two processors busy; more would only wait for them.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: TestCollectionOrderer(typeof(LongestFirst))]
[assembly: AssemblyFixture(typeof(Servers))]
