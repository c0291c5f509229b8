using System.Reflection;

namespace Vireo.Config.Tests.Generated;

/// <summary>Random records of our own declarations: every member that one has may be set, to any value that its declaration allows.</summary>
/// <param name="random">Where chance comes from.</param>
internal sealed class RandomRecord(Random random)
{
    private const int MostDepth = 6;
    private static readonly string[] s_texts = ["a", "/dev/x y", "<&>'\"", "ä ö", "0", "no", "x\ty", "-"];

    /// <summary>How likely a member is set that need not be.</summary>
    public double Density { get; init; } = 0.4;

    /// <summary>The Largest of numbers.</summary>
    public long Largest { get; init; } = long.MaxValue;

    /// <summary>The words that elements, attributes and enums may have; null for any.</summary>
    public IReadOnlySet<string>? Vocabulary { get; init; }

    public T Next<T>() => (T)Record(typeof(T), 0);

    private object Record(Type type, int depth)
    {
        var concrete = type.IsAbstract ? Pick(type.Assembly.GetTypes().Where(t => t.BaseType == type).OrderBy(t => t.Name, StringComparer.Ordinal).ToArray()) : type;
        var record = Activator.CreateInstance(concrete)!;
        foreach (var property in Members(concrete))
        {
            var declaration = Declaration(property)!;
            if (Knows(property) && (Required(property, declaration) || (depth < MostDepth && random.NextDouble() < Density)))
            {
                property.SetValue(record, Member(property, declaration, depth));
            }
        }

        return Coherent(record);
    }

    /// <summary>A value for one member of a record.</summary>
    public object? Member(PropertyInfo property) => Member(property, Declaration(property)!, 0);

    /// <summary>Whether the vocabulary has a member's name.</summary>
    public bool Knows(PropertyInfo property) => Vocabulary?.Contains(ElementName(property, Declaration(property)!)) != false;

    /// <summary>The members of a record that a document can say.</summary>
    public static IEnumerable<PropertyInfo> Members(Type record) => record.GetProperties().Where(p => p.CanWrite && Declaration(p) is not null);

    /// <summary>Whether a member has to be there.</summary>
    public static bool IsRequired(PropertyInfo property) => Required(property, Declaration(property)!);

    private object? Member(PropertyInfo property, CustomAttributeData declaration, int depth)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (!type.IsGenericType)
        {
            return Value(type, property, declaration, depth);
        }

        var item = type.GetGenericArguments()[0];
        var choices = property.GetCustomAttributesData().Where(a => a.AttributeType.Name == "XmlChoiceAttribute").Select(a => (Type)a.ConstructorArguments[1].Value!).ToArray();
        var items = Array.CreateInstance(item, depth >= MostDepth ? 0 : random.Next(1, 4));
        for (var i = 0; i < items.Length; i++)
        {
            items.SetValue(Value(choices.Length > 0 ? Pick(choices) : item, property, declaration, depth), i);
        }

        return Activator.CreateInstance(type, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public, null, [items], null);
    }

    private object Value(Type type, PropertyInfo property, CustomAttributeData declaration, int depth)
    {
        var signed = Named(declaration, "NonNegative") is null ? -5 : 0;
        return type == typeof(string) ? Text(declaration)
            : type == typeof(bool) ? declaration.AttributeType.Name == "XmlPresenceAttribute" || random.Next(2) == 0
            : type == typeof(int) ? random.Next(signed, (int)Math.Min(Largest, 100_000))
            : type == typeof(long) ? random.NextInt64(signed, Math.Min(Largest, 1L << 40))
            : type == typeof(uint) ? (uint)random.NextInt64(0, Math.Min(Largest, 1L << 32))
            : type == typeof(ulong) ? (ulong)random.NextInt64(0, Largest)
            : type == typeof(double) ? random.Next(1000) / 8.0
            : type == typeof(Guid) ? new Guid(Enumerable.Range(0, 16).Select(_ => (byte)random.Next(256)).ToArray())
            : type == typeof(DataSize) ? DataSize.FromMiB((ulong)random.Next(1, 1 << 20))
            : type == typeof(XmlFragment) ? XmlFragment.Parse($"<{ElementName(property, declaration)}><a>d</a></{ElementName(property, declaration)}>", "fragment", ErrorDomain.Xml)
            : type.IsEnum ? Pick(Enum.GetValues(type).Cast<object>().Where(v => Vocabulary?.Contains(NameOf(type, v)) != false).ToArray())
            : Record(type, depth + 1);
    }

    private string Text(CustomAttributeData declaration) => (string?)Named(declaration, "Form") switch
    {
        null => Pick(s_texts),
        "Bitmap" => Pick(["0", "1,3", "0-7,9"]),
        "Uuid" => "c7a5fdbd-edaf-9455-926a-d65c16db1809",
        "Mac" => "52:54:00:12:34:56",
        "UsbPort" => Pick(["1", "1.2.3.4"]),
        "Octal" => "0755",
        "DataUnit" => Pick(["KiB", "M"]),
        "Wwn" => "5000c50015ea71aa",
        "PortName" => "naa.5000c50015ea71aa",
        "CpuVendor" => "GenuineIntel",
        "ImageFormat" => Pick(["raw", "qcow2"]),
        "UsbVersion" => "1.10",
        "AbsolutePath" => "/a",
        _ => "1",
    };

    // What a record refuses when it is read is not drawn.
    private static object Coherent(object record) => record switch
    {
        GuestNuma numa => numa with { Cells = [.. numa.Cells.Select((c, i) => c with { Id = (uint)i })] },
        CharDevice device => device with { Type = CharType.Pty },
        SmartcardConfig device => device with { Type = CharType.Pty },
        RedirdevConfig device => device with { Type = CharType.Spicevmc },
        ShmemConfig shmem => shmem with { Msi = shmem.Server is null ? null : shmem.Msi },
        GraphicsConfig graphics => graphics with { ListenAddress = null },
        _ => record,
    };

    private static CustomAttributeData? Declaration(PropertyInfo property) => property.GetCustomAttributesData()
        .FirstOrDefault(a => a.AttributeType.Name is "XmlAttributeAttribute" or "XmlElementAttribute" or "XmlTextAttribute" or "XmlPresenceAttribute" or "XmlChoiceAttribute");

    private static bool Required(PropertyInfo property, CustomAttributeData declaration) =>
        Named(declaration, "Required") is true || Named(declaration, "Missing") is not null || property.PropertyType == typeof(OsConfig) || property.PropertyType == typeof(DevicesConfig);

    private static object? Named(CustomAttributeData declaration, string name) =>
        declaration.NamedArguments.FirstOrDefault(a => a.MemberName == name).TypedValue.Value;

    private static string ElementName(PropertyInfo property, CustomAttributeData declaration) =>
        (declaration.ConstructorArguments.Count > 0 ? (string?)declaration.ConstructorArguments[0].Value : null)
        ?? char.ToLowerInvariant(property.Name[0]) + property.Name[1..];

    private static string NameOf(Type type, object value) =>
        (string?)type.GetField(value.ToString()!)!.GetCustomAttributesData().FirstOrDefault(a => a.AttributeType.Name == "XmlNameAttribute")?.ConstructorArguments[0].Value ?? value.ToString()!.ToLowerInvariant();

    private T Pick<T>(T[] from) => from[random.Next(from.Length)];
}
