using System.Reflection;
using System.Text;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Wire;

/// <summary>
/// What silos of different versions say to each other is what <c>WireContract.txt</c> says: a change of it shows in a diff. What two
/// releases both know may get more, and nothing of it may change.
/// </summary>
public sealed class WireContractTests
{
    private const string Contract = "WireContract.txt";

    private static readonly Type[] FrameNumbers = [typeof(LinkFrameKind), typeof(PairFrameKind)];

    [Fact]
    public void Contract_IsWhatThisBuildSpeaks()
    {
        var spoken = Describe();
        var written = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, Contract)).ReplaceLineEndings("\n");
        var actual = Path.Combine(AppContext.BaseDirectory, "WireContract.actual.txt");
        File.WriteAllText(actual, spoken);

        Assert.True(
            written == spoken,
            $"What silos say to each other has changed: compare src/OrleansSockets/{Contract} with {actual}. If that is meant, copy it.");
    }

    private static string Describe()
    {
        var text = new StringBuilder();
        text.Append($"Wire versions {WireRange.Spoken.Lowest} to {WireRange.Spoken.Highest}\n\n");
        AppendCalls(text);
        AppendTypes(text);
        AppendNumbers(text);
        AppendFrames(text);
        return text.ToString();
    }

    private static void AppendCalls(StringBuilder text)
    {
        foreach (var type in Types.Where(type => type.IsInterface && Alias(type) is not null))
        {
            // A call's name on the wire has the full name of its interface in it, whatever its alias.
            text.Append($"interface {Alias(type)}: {type.FullName}\n");
            foreach (var method in type.GetMethods().OrderBy(method => Alias(method), StringComparer.Ordinal))
            {
                text.Append(
                    $"  {Alias(method)}({string.Join(", ", method.GetParameters()
                        .Select(parameter => Name(parameter.ParameterType)))}) {Name(method.ReturnType)}\n");
            }

            text.Append('\n');
        }
    }

    private static void AppendTypes(StringBuilder text)
    {
        foreach (var type in Types.Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null))
        {
            text.Append(
                $"type {Alias(type) ?? Name(type)}{(type.BaseType is { } parent && Alias(parent) is { } above ? $" : {above}" : "")}\n");
            const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
            var members = from member in type.GetMembers(Own)
                          let id = member.GetCustomAttribute<IdAttribute>()
                          where id is not null
                          orderby id.Id
                          select $"  {id.Id} {member.Name} {Name(member is PropertyInfo property ? property.PropertyType
                              : ((FieldInfo)member).FieldType)}\n";
            text.AppendJoin("", members).Append('\n');
        }
    }

    private static void AppendNumbers(StringBuilder text)
    {
        var spoken = Types.Where(type => type.IsEnum && text.ToString().Contains($" {type.Name}", StringComparison.Ordinal));
        foreach (var type in spoken.Union(FrameNumbers).ToArray())
        {
            text.Append($"numbers {type.Name}\n");
            foreach (var value in Enum.GetValues(type))
            {
                text.Append($"  {Convert.ToInt64(value, null)} {value}\n");
            }

            text.Append('\n');
        }
    }

    private static void AppendFrames(StringBuilder text)
    {
        foreach (var version in Enumerable.Range(WireRange.Spoken.Lowest, WireRange.Spoken.Highest - WireRange.Spoken.Lowest + 1))
        {
            text.Append($"frames of version {version}\n");
            var writer = new LinkBatchWriter(version, 16);
            foreach (var frame in LinkFrameSamples.All.Append(LinkFrameSamples.All[1]))
            {
                var begin = writer.Length;
                writer.Write(frame);
                var bytes = writer.Written.Span[begin..];
                var zeros = bytes.Length - bytes.TrimEnd((byte)0).Length;
                text.Append($"  {frame.Kind} {Convert.ToHexString(bytes[..^zeros])}{(zeros > 0 ? $" and {zeros} zeros" : "")}\n");
            }

            text.Append('\n');
        }
    }

    private static IEnumerable<Type> Types => typeof(WireRange).Assembly.GetTypes()
        .Where(type => type.Namespace?.StartsWith(nameof(OrleansSockets), StringComparison.Ordinal) == true)
        .OrderBy(type => Alias(type) ?? type.Name, StringComparer.Ordinal);

    private static string? Alias(MemberInfo member) => member.GetCustomAttributes<AliasAttribute>(inherit: false).FirstOrDefault()?.Alias;

    private static string Name(Type type) =>
        type.IsArray ? $"{Name(type.GetElementType()!)}[]"
        : Nullable.GetUnderlyingType(type) is { } value ? $"{Name(value)}?"
        : type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ",
            type.GetGenericArguments().Select(Name))}>"
        : type.Name;
}
