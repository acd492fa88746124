namespace OrleansSockets.AzureTables;

/// <summary>The table refused, was too busy, did not answer in time, or could not hold what it was given. The message says which.</summary>
[GenerateSerializer]
public sealed class AzureTablesException : OrleansException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What could not be done, and why.</param>
    /// <param name="innerException">What the Azure client reported.</param>
    public AzureTablesException(string message, Exception? innerException = null)
        : base(message, innerException!)
    {
    }
}
