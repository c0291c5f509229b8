using System.Collections.Generic;
using System.Linq;

namespace Vireo.Generators.Spec;

/// <summary>How a field repeats or may be missing.</summary>
internal enum Modifier
{
    None,
    Optional,
    Fixed,
    Variable,
}

/// <summary>A type as a field has it: a base name, a modifier and, for arrays and strings, the bound.</summary>
internal sealed class TypeUse
{
    public TypeUse(string name, Modifier modifier, string? bound)
    {
        Name = name;
        Modifier = modifier;
        Bound = bound;
    }

    public string Name { get; }

    public Modifier Modifier { get; }

    public string? Bound { get; }
}

internal sealed class SpecField
{
    public SpecField(string name, TypeUse type)
    {
        Name = name;
        Type = type;
    }

    public string Name { get; }

    public TypeUse Type { get; }
}

internal sealed class SpecStruct
{
    public SpecStruct(string name) => Name = name;

    public string Name { get; }

    public List<SpecField> Fields { get; } = [];
}

internal sealed class SpecUnion
{
    public SpecUnion(string name, string discriminant)
    {
        Name = name;
        Discriminant = discriminant;
    }

    public string Name { get; }

    public string Discriminant { get; }

    public List<KeyValuePair<int, SpecField>> Cases { get; } = [];
}

internal sealed class SpecProcedure
{
    public SpecProcedure(string kind, int number, string name)
    {
        Kind = kind;
        Number = number;
        Name = name;
    }

    /// <summary><c>call</c> or <c>event</c>.</summary>
    public string Kind { get; }

    public int Number { get; }

    public string Name { get; }

    public string? Args { get; set; }

    public string? Ret { get; set; }

    /// <summary>Which contract class has the method; <c>session</c> when the RPC session answers by itself.</summary>
    public string Driver { get; set; } = "session";

    public bool HighPriority { get; set; }

    /// <summary><c>read</c>, <c>write</c> or null.</summary>
    public string? Stream { get; set; }

    /// <summary><c>in</c>, <c>out</c> or null.</summary>
    public string? Files { get; set; }

    /// <summary>Whether files go with the call. Those of an answer to such a call (<c>inout</c>) are none that any driver has.</summary>
    public bool TakesFiles => Files is "in" or "inout";

    public string[] Acl { get; set; } = [];

    public string? Api { get; set; }

    /// <summary>The flags (object:permission:FLAG) that turn a reading call into one that a read-only connection may not make.</summary>
    public IEnumerable<string> WriteFlags =>
        Acl.Select(a => a.Split(':')).Where(p => p.Length == 3 && !IsReadWord(p[1])).Select(p => p[2]);

    /// <summary>The argument values (object:permission::ARGUMENT:VALUE) that do the same.</summary>
    public IEnumerable<(string Argument, string Value)> WriteValues =>
        Acl.Select(a => a.Split(':')).Where(p => p.Length == 5 && !IsReadWord(p[1])).Select(p => (p[3], p[4]));

    /// <summary>Whether a read-only connection may not make it although it only reads.</summary>
    public bool DeniedReadOnly { get; set; }

    /// <summary>True when some unconditional permission is more than reading, or the call is kept from readers for itself.</summary>
    public bool AlwaysWrites => DeniedReadOnly || Acl.Select(a => a.Split(':')).Any(p => p.Length is 1 or 2 && !IsReadWord(p[p.Length - 1]));

    private static bool IsReadWord(string word) => word is "none" or "read" or "getattr" || word.StartsWith("search_", System.StringComparison.Ordinal);
}

internal sealed class SpecProgram
{
    public SpecProgram(string name, uint number, int version)
    {
        Name = name;
        Number = number;
        Version = version;
    }

    public string Name { get; }

    public uint Number { get; }

    public int Version { get; }

    public List<string> Imports { get; } = [];

    public Dictionary<string, string> Constants { get; } = [];

    public Dictionary<string, TypeUse> Typedefs { get; } = [];

    public Dictionary<string, List<KeyValuePair<string, int>>> Enums { get; } = [];

    public Dictionary<string, SpecUnion> Unions { get; } = [];

    public Dictionary<string, SpecStruct> Structs { get; } = [];

    public List<SpecProcedure> Procedures { get; } = [];
}

internal sealed class SpecEnum
{
    public SpecEnum(string cName, string name, bool flags)
    {
        CName = cName;
        Name = name;
        Flags = flags;
    }

    public string CName { get; }

    public string Name { get; }

    public bool Flags { get; }

    public List<(string CName, string Name, long Value)> Values { get; } = [];
}

internal sealed class SpecError
{
    public SpecError(int code, string cName, string name)
    {
        Code = code;
        CName = cName;
        Name = name;
    }

    public int Code { get; }

    public string CName { get; }

    public string Name { get; }

    public string? Without { get; set; }

    public string? With { get; set; }
}

internal sealed class SpecDomainEvent
{
    public SpecDomainEvent(int id, string name, int? callback, int? legacy)
    {
        Id = id;
        Name = name;
        Callback = callback;
        Legacy = legacy;
    }

    public int Id { get; }

    public string Name { get; }

    public int? Callback { get; }

    public int? Legacy { get; }
}

/// <summary>All of spec/ that is about the API.</summary>
internal sealed class SpecModel
{
    public List<SpecProgram> Programs { get; } = [];

    public List<SpecEnum> Enums { get; } = [];

    public List<SpecError> Errors { get; } = [];

    public List<(int Value, string CName, string Name, string Display)> ErrorDomains { get; } = [];

    public List<(string Name, int Value)> Features { get; } = [];

    public List<SpecDomainEvent> DomainEvents { get; } = [];

    public SpecProgram Program(string name) => Programs.First(p => p.Name == name);

    /// <summary>The programs whose types are visible in <paramref name="program"/>, itself first.</summary>
    public IEnumerable<SpecProgram> Visible(SpecProgram program) => new[] { program }.Concat(program.Imports.Select(Program));

    public TypeUse? FindTypedef(SpecProgram program, string name) =>
        Visible(program).Select(p => p.Typedefs.TryGetValue(name, out var t) ? t : null).FirstOrDefault(t => t is not null);

    public SpecStruct? FindStruct(SpecProgram program, string name) =>
        Visible(program).Select(p => p.Structs.TryGetValue(name, out var s) ? s : null).FirstOrDefault(s => s is not null);

    /// <summary>Whether the name is an enum of the wire, which travels as an int.</summary>
    public bool IsEnum(SpecProgram program, string name) => Visible(program).Any(p => p.Enums.ContainsKey(name));

    /// <summary>The number behind a bound: a literal or a constant of a visible program or of the frame.</summary>
    public long? Bound(SpecProgram program, string? bound)
    {
        if (string.IsNullOrEmpty(bound))
        {
            return null;
        }

        if (long.TryParse(bound, out var number))
        {
            return number;
        }

        foreach (var p in Visible(program).Concat(Programs))
        {
            if (p.Constants.TryGetValue(bound!, out var value))
            {
                return long.TryParse(value, out var n) ? n : Bound(p, value);
            }
        }

        return null;
    }

    /// <summary>Finds the value of a C enumerator, for flags named in access rules.</summary>
    public long? EnumValue(string cName)
    {
        foreach (var e in Enums)
        {
            foreach (var v in e.Values)
            {
                if (v.CName == cName)
                {
                    return v.Value;
                }
            }
        }

        return null;
    }
}
