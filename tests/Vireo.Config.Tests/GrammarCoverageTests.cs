using System.Reflection;
using System.Xml.Linq;

namespace Vireo.Config.Tests;

/// <summary>Every element and attribute that libvirt's grammars know of a kind of document is one of our members.</summary>
public sealed class GrammarCoverageTests
{
    private const string Folder = "/usr/share/libvirt/schemas";

    [Theory]
    [InlineData("network.rng", typeof(NetworkConfig))]
    [InlineData("networkport.rng", typeof(NetworkPortConfig))]
    [InlineData("storagepool.rng", typeof(StoragePoolConfig))]
    [InlineData("storagepoolcaps.rng", typeof(StoragePoolCapabilitiesConfig))]
    [InlineData("storagevol.rng", typeof(StorageVolumeConfig))]
    [InlineData("secret.rng", typeof(SecretConfig))]
    [InlineData("interface.rng", typeof(HostInterfaceConfig))]
    [InlineData("nodedev.rng", typeof(NodeDeviceConfig))]
    [InlineData("nwfilter.rng", typeof(FilterConfig))]
    [InlineData("nwfilterbinding.rng", typeof(FilterBindingConfig))]
    [InlineData("cpu.rng", typeof(CpuConfig))]
    public void Every_name_of_the_grammar_is_a_member(string grammar, Type document)
    {
        Assert.SkipUnless(Directory.Exists(Folder), "libvirt's grammars are not installed");
        var known = new HashSet<string>(StringComparer.Ordinal);
        Members(document, known, []);

        Names(grammar).Except(known).Order(StringComparer.Ordinal).ShouldBeEmpty();
    }

    // Attributes are told from elements by their @.
    private static IEnumerable<string> Names(string grammar)
    {
        var defines = new Dictionary<string, List<XElement>>(StringComparer.Ordinal);
        XElement? start = null;
        Load(grammar, defines, ref start);
        var names = new HashSet<string>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<XElement>([start!]);
        while (open.TryPop(out var at))
        {
            foreach (var element in at.Descendants())
            {
                var name = element.Attribute("name")?.Value;
                switch (element.Name.LocalName)
                {
                    case "element" when name is not null:
                        names.Add(name);
                        break;
                    case "attribute" when name is not null:
                        names.Add("@" + name);
                        break;
                    case "ref" when name is not "metadata" && seen.Add(name!):
                        defines[name!].ForEach(open.Push);
                        break;
                }
            }
        }

        return names;
    }

    private static void Load(string grammar, Dictionary<string, List<XElement>> defines, ref XElement? start)
    {
        var root = XDocument.Load(Path.Combine(Folder, grammar)).Root!;
        foreach (var element in root.Elements())
        {
            switch (element.Name.LocalName)
            {
                case "include":
                    XElement? other = null;
                    Load(element.Attribute("href")!.Value, defines, ref other);
                    break;
                case "define":
                    var name = element.Attribute("name")!.Value;
                    if (!defines.TryGetValue(name, out var bodies) || element.Attribute("combine") is null)
                    {
                        defines[name] = bodies = [];
                    }

                    bodies.Add(element);
                    break;
                case "start":
                    start = element;
                    break;
            }
        }
    }

    private static void Members(Type type, HashSet<string> known, HashSet<Type> seen)
    {
        if (!seen.Add(type))
        {
            return;
        }

        foreach (var derived in type.Assembly.GetTypes().Where(t => t.BaseType == type))
        {
            Members(derived, known, seen);
        }

        foreach (var declared in type.GetCustomAttributesData())
        {
            Add(declared, null, known);
        }

        foreach (var property in type.GetProperties())
        {
            foreach (var declared in property.GetCustomAttributesData())
            {
                Add(declared, property, known);
                if (declared.ConstructorArguments is [_, { Value: Type choice }])
                {
                    Members(choice, known, seen);
                }
            }

            var inner = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            inner = inner.IsGenericType ? inner.GenericTypeArguments[0] : inner;
            if (inner.Assembly == type.Assembly && inner.IsClass)
            {
                Members(inner, known, seen);
            }
        }
    }

    private static void Add(CustomAttributeData declared, PropertyInfo? property, HashSet<string> known)
    {
        var name = declared.ConstructorArguments.FirstOrDefault().Value as string
            ?? (property is null ? "" : char.ToLowerInvariant(property.Name[0]) + property.Name[1..]);
        switch (declared.AttributeType.Name)
        {
            case "XmlAttributeAttribute" or "XmlVariantsAttribute":
                known.Add("@" + name);
                break;
            case "XmlElementAttribute" or "XmlPresenceAttribute" or "XmlChoiceAttribute" or "XmlDocumentAttribute":
                known.Add(name);
                break;
        }

        foreach (var argument in declared.NamedArguments)
        {
            switch (argument.MemberName)
            {
                case "Value":
                    known.Add("@" + argument.TypedValue.Value);
                    break;
                case "Wrapper":
                    known.Add((string)argument.TypedValue.Value!);
                    break;
                case "Unit":
                    known.Add("@unit");
                    break;
            }
        }
    }
}
