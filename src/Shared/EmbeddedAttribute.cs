namespace Microsoft.CodeAnalysis;

/// <summary>Tells the compiler that a type is this assembly's own: not even those who see its internals see it.</summary>
[AttributeUsage(AttributeTargets.All, Inherited = false)]
[Embedded]
internal sealed class EmbeddedAttribute : Attribute;
