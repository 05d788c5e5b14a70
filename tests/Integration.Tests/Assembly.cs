using Integration.Tests.Fixture;

// Most of a test is waiting for processes; more of them at a time would only wait for a processor.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: TestCollectionOrderer(typeof(LongestFirst))]
[assembly: AssemblyFixture(typeof(Servers))]
