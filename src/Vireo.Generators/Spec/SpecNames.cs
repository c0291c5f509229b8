using System;
using System.Linq;

namespace Vireo.Generators.Spec;

/// <summary>The one place where names of the spec become names of C#.</summary>
internal static class SpecNames
{
    private static readonly string[] s_keywords =
        ["params", "event", "object", "base", "in", "out", "ref", "lock", "default", "string", "int", "char", "float", "double", "checked", "fixed", "namespace", "operator", "this", "is", "as", "new", "class", "enum", "switch"];

    /// <summary>snake_case and UPPER_CASE words capitalized; the humps of a camelCase word are kept.</summary>
    public static string Pascal(string name) =>
        string.Concat(name.Split(['_'], StringSplitOptions.RemoveEmptyEntries)
            .Select(w => char.ToUpperInvariant(w[0]) + (w.All(c => !char.IsLower(c)) ? w.Substring(1).ToLowerInvariant() : w.Substring(1))));

    public static string Parameter(string snake)
    {
        var pascal = Pascal(snake);
        var camel = char.ToLowerInvariant(pascal[0]) + pascal.Substring(1);
        return s_keywords.Contains(camel) ? "@" + camel : camel;
    }

    /// <summary>A struct's field as a property.</summary>
    public static string Property(string name) => Pascal(name);

    /// <summary>
    /// The record for a struct: <c>remote_nonnull_domain</c> → DomainRef, <c>remote_x_ret</c> → XResult, <c>_args</c> → XArgs, <c>_msg</c> → XMessage.
    /// The prefix of the remote program is dropped, that of the others (qemu, lxc, admin) is kept.
    /// </summary>
    public static string Record(string name)
    {
        var bare = name.StartsWith("remote_", StringComparison.Ordinal) ? name.Substring(7) : name;
        var reference = bare.Contains("nonnull_");
        bare = bare.Replace("nonnull_", "");
        var pascal = Pascal(bare);
        return reference ? pascal + "Ref"
            : Swap(pascal, "Ret", "Result") ?? Swap(pascal, "Msg", "Message") ?? pascal;
    }

    /// <summary>The contract's method for a procedure: <c>DOMAIN_GET_INFO</c> → DomainGetInfoAsync; those of qemu, lxc and admin carry the program's name.</summary>
    public static string Method(SpecProgram program, SpecProcedure procedure) =>
        (program.Name is "remote" or "admin" ? "" : Pascal(program.Name)) + Pascal(procedure.Name) + "Async";

    /// <summary>The contract class of a driver word.</summary>
    public static string DriverClass(string driver) => driver switch
    {
        "hypervisor" => "HypervisorDriver",
        "network" => "NetworkDriver",
        "interface" => "InterfaceDriver",
        "storage" => "StorageDriver",
        "nodedevice" => "NodeDeviceDriver",
        "secret" => "SecretDriver",
        "nwfilter" => "NWFilterDriver",
        "admin" => "AdminDriver",
        _ => throw new FormatException($"unknown driver '{driver}'"),
    };

    private static string? Swap(string text, string tail, string with) =>
        text.EndsWith(tail, StringComparison.Ordinal) ? text.Substring(0, text.Length - tail.Length) + with : null;
}
