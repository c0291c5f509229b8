using System.Reflection;
using System.Runtime.CompilerServices;

namespace Vireo.Architecture.Tests;

/// <summary>Writes down the public types and members of an assembly, a line each, in a fixed order.</summary>
internal static class ApiText
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Of(Assembly assembly) =>
        assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal)
            .SelectMany(type => (IEnumerable<string>)[Head(type), .. Members(type).Order(StringComparer.Ordinal).Select(line => "    " + line)]);

    private static string Head(Type type)
    {
        string kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : typeof(Delegate).IsAssignableFrom(type) ? "delegate" : "class";
        string modifiers = type.IsClass && type is { IsAbstract: true, IsSealed: true } ? "static " : type is { IsClass: true, IsAbstract: true } ? "abstract " : type is { IsClass: true, IsSealed: true } ? "sealed " : "";
        var parents = new List<string>();
        if (type is { IsClass: true, BaseType: { } parent } && parent != typeof(object))
            parents.Add(Name(parent));
        if (!type.IsEnum)
            parents.AddRange(type.GetInterfaces().Where(contract => contract.IsPublic).Select(Name).Order(StringComparer.Ordinal));
        return $"{modifiers}{kind} {type.Namespace}.{Name(type)}{(parents.Count > 0 ? " : " + string.Join(", ", parents) : "")}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
                yield return $"{field.Name} = {Convert.ToString(field.GetRawConstantValue(), System.Globalization.CultureInfo.InvariantCulture)}";
            yield break;
        }

        foreach (var member in type.GetMembers(Declared).Where(member => member.GetCustomAttribute<CompilerGeneratedAttribute>() is null || member is PropertyInfo))
        {
            string? line = member switch
            {
                FieldInfo field when Seen(field.IsPublic, field.IsFamily) => $"{Static(field.IsStatic)}{(field.IsLiteral ? "const " : field.IsInitOnly ? "readonly " : "")}{Name(field.FieldType)} {field.Name}",
                ConstructorInfo { IsStatic: false } constructor when Seen(constructor.IsPublic, constructor.IsFamily) => $"{Name(type)}({Parameters(constructor)})",
                MethodInfo { IsSpecialName: false } method when Seen(method.IsPublic, method.IsFamily || method.IsFamilyOrAssembly) =>
                    $"{Static(method.IsStatic)}{Virtual(method)}{Name(method.ReturnType)} {method.Name}({Parameters(method)})",
                MethodInfo { IsSpecialName: true } method when method.Name.StartsWith("op_", StringComparison.Ordinal) => $"static {Name(method.ReturnType)} {method.Name}({Parameters(method)})",
                PropertyInfo property when property.GetAccessors(true).Any(accessor => Seen(accessor.IsPublic, accessor.IsFamily)) =>
                    $"{Static(property.GetAccessors(true)[0].IsStatic)}{Name(property.PropertyType)} {property.Name} {{ {Accessors(property)}}}",
                EventInfo happening when Seen(happening.AddMethod!.IsPublic, happening.AddMethod.IsFamily) => $"event {Name(happening.EventHandlerType!)} {happening.Name}",
                _ => null,
            };
            if (line is not null)
                yield return line;
        }
    }

    private static bool Seen(bool isPublic, bool isProtected) => isPublic || isProtected;

    private static string Static(bool isStatic) => isStatic ? "static " : "";

    private static string Virtual(MethodInfo method) =>
        method.DeclaringType!.IsInterface ? "" : method.IsAbstract ? "abstract " : method is { IsVirtual: true, IsFinal: false } ? method.GetBaseDefinition() == method ? "virtual " : "override " : "";

    private static string Accessors(PropertyInfo property)
    {
        string text = property.GetMethod is { } get && Seen(get.IsPublic, get.IsFamily) ? "get; " : "";
        if (property.SetMethod is { } set && Seen(set.IsPublic, set.IsFamily))
            text += set.ReturnParameter.GetRequiredCustomModifiers().Any(modifier => modifier.Name == "IsExternalInit") ? "init; " : "set; ";
        return text;
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter => $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? " = " + (parameter.RawDefaultValue ?? "null") : "")}"));

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return "ref " + Name(type.GetElementType()!);
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return Name(inner) + "?";
        if (type.IsGenericParameter)
            return type.Name;
        string name = type.IsNested ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Name;
        int tick = name.IndexOf('`', StringComparison.Ordinal);
        return tick < 0 ? name : $"{name[..tick]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
