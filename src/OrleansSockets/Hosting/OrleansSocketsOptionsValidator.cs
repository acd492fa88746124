using Microsoft.Extensions.Options;
using OrleansSockets;
using OrleansSockets.Compatibility;
using OrleansSockets.Streams;

namespace Orleans.Hosting;

/// <summary>Names the option, its value and its limit; all problems at once.</summary>
internal sealed class OrleansSocketsOptionsValidator(TimeProvider clock) : IValidateOptions<OrleansSocketsOptions>
{
    private const long MinBufferedBytes = 1024 * 1024;
    private const int MaxWindow = 16 * 1024 * 1024;

    private static readonly TimeSpan MinLinkTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxLinkTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan MaxPairNameCooldown = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, OrleansSocketsOptions options)
    {
        List<string> failures = [];
        NotNegative(nameof(options.ClaimTimeout), options.ClaimTimeout);
        NotNegative(nameof(options.AcceptTimeout), options.AcceptTimeout);
        NotNegative(nameof(options.ReattachTimeout), options.ReattachTimeout);
        NotNegative(nameof(options.UnfinishedMessageTimeout), options.UnfinishedMessageTimeout);
        NotNegative(nameof(options.HibernateAfter), options.HibernateAfter);
        if (options.WakeTimeout <= TimeSpan.Zero)
        {
            failures.Add(
                $"{nameof(OrleansSocketsOptions)}.{nameof(options.WakeTimeout)} is {options.WakeTimeout}; it must be above 0.");
        }

        if (options.LinkTimeout < MinLinkTimeout || options.LinkTimeout > MaxLinkTimeout)
        {
            failures.Add(
                $"{nameof(OrleansSocketsOptions)}.{nameof(options.LinkTimeout)} is {options.LinkTimeout}; "
                + $"it must be from {MinLinkTimeout} to {MaxLinkTimeout}.");
        }
        else if (options.ReattachTimeout > TimeSpan.Zero && options.LinkTimeout >= options.ReattachTimeout)
        {
            failures.Add(
                $"{nameof(OrleansSocketsOptions)}.{nameof(options.LinkTimeout)} is {options.LinkTimeout}; "
                + $"it must be below {nameof(options.ReattachTimeout)} ({options.ReattachTimeout}).");
        }

        if (options.PairNameCooldown < TimeSpan.Zero || options.PairNameCooldown > MaxPairNameCooldown)
        {
            failures.Add(
                $"{nameof(OrleansSocketsOptions)}.{nameof(options.PairNameCooldown)} is {options.PairNameCooldown}; "
                + $"it must be from 0 (none) to {MaxPairNameCooldown}.");
        }

        Within(nameof(options.SendBufferSize), options.SendBufferSize, 1, int.MaxValue);
        Within(nameof(options.MaxWindow), options.MaxWindow, PairBudget.MinWindow, MaxWindow);
        Within(nameof(options.MaxBufferedBytes), options.MaxBufferedBytes, MinBufferedBytes, long.MaxValue);
        Within(nameof(options.InitialWindow), options.InitialWindow, PairBudget.MinWindow, options.MaxWindow);
        if (!options.Deployments.ContainsKey(options.Deployment))
        {
            failures.Add(
                $"{nameof(OrleansSocketsOptions)}.{nameof(options.Deployment)} is '{options.Deployment}', which "
                    + $"{nameof(options.Deployments)} does not hold.");
        }

        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        foreach (var (deployment, settings) in options.Deployments)
        {
            failures.AddRange(CompatibilityRules.Evaluate(settings, today).Problems.Where(problem => problem.IsError)
                .Select(problem => $"Deployment '{deployment}': {problem.Message}"));
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void NotNegative(string option, TimeSpan value)
        {
            if (value < TimeSpan.Zero)
            {
                failures.Add($"{nameof(OrleansSocketsOptions)}.{option} is {value}; it must be 0 (never) or more.");
            }
        }

        void Within(string option, long value, long min, long max)
        {
            if (value < min || value > max)
            {
                failures.Add($"{nameof(OrleansSocketsOptions)}.{option} is {value} bytes; it must be from {min} to {max}.");
            }
        }
    }
}
