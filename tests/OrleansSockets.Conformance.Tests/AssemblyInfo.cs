using Xunit.v3;

// Most of a scenario's time is waiting until its nodes are idle. Each class has a cluster of its own: all of them wait at the same time.
[assembly: Parallelization(MaxThreads = 12)]
