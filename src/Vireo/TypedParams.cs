namespace Vireo;

/// <summary>Lists of named values that a caller gives.</summary>
public static class TypedParams
{
    /// <summary>Refuses a list as libvirt does (<c>virTypedParamsValidate</c>).</summary>
    /// <param name="given">The list.</param>
    /// <param name="known">The names that may be in it, each with the type its value has to have.</param>
    /// <exception cref="VireoException">VIR_ERR_ARGUMENT_UNSUPPORTED: one that is not known; VIR_ERR_INVALID_ARG: one of another type, or there twice.</exception>
    public static void Check(ReadOnlySpan<TypedParam> given, params ReadOnlySpan<(string Field, TypedParameterType Type)> known)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var parameter in given)
        {
            var type = Find(known, parameter.Field) ?? throw new VireoException(ErrorCode.ArgumentUnsupported, ErrorDomain.None, $"parameter '{parameter.Field}' not supported");
            if (parameter.Type != type)
            {
                throw new VireoException(
                    ErrorCode.InvalidArg, ErrorDomain.None, $"invalid type '{Word(parameter.Type)}' for parameter '{parameter.Field}', expected '{Word(type)}'");
            }

            if (!seen.Add(parameter.Field))
            {
                throw new VireoException(ErrorCode.InvalidArg, ErrorDomain.None, $"parameter '{parameter.Field}' occurs multiple times");
            }
        }
    }

    private static TypedParameterType? Find(ReadOnlySpan<(string Field, TypedParameterType Type)> known, string field)
    {
        foreach (var (name, type) in known)
        {
            if (name == field)
            {
                return type;
            }
        }

        return null;
    }

    private static string Word(TypedParameterType type) => type switch
    {
        TypedParameterType.Int => "int",
        TypedParameterType.Uint => "uint",
        TypedParameterType.Llong => "llong",
        TypedParameterType.Ullong => "ullong",
        TypedParameterType.Double => "double",
        TypedParameterType.Boolean => "boolean",
        _ => "string",
    };
}
