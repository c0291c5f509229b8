using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace Vireo;

/// <summary>The keys of a keyboard as the codesets of <c>virDomainSendKey</c> number and name them.</summary>
public static class KeyCodes
{
    private static readonly ConcurrentDictionary<KeycodeSet, FrozenDictionary<uint, uint>> s_codes = new();
    private static readonly ConcurrentDictionary<KeycodeSet, FrozenDictionary<string, uint>> s_names = new();

    /// <summary>A codeset's name: <c>linux</c>, <c>xt</c>, <c>atset1</c>, <c>atset2</c>, <c>atset3</c>, <c>os_x</c>, <c>xt_kbd</c>, <c>usb</c>, <c>win32</c>, <c>qnum</c>; null for one that nobody knows.</summary>
    public static string? NameOf(KeycodeSet set) => set switch
    {
        KeycodeSet.Linux => "linux",
        KeycodeSet.Xt => "xt",
        KeycodeSet.Atset1 => "atset1",
        KeycodeSet.Atset2 => "atset2",
        KeycodeSet.Atset3 => "atset3",
        KeycodeSet.Osx => "os_x",
        KeycodeSet.XtKbd => "xt_kbd",
        KeycodeSet.Usb => "usb",
        KeycodeSet.Win32 => "win32",
        KeycodeSet.Qnum => "qnum",
        _ => null,
    };

    /// <summary>The codeset of a name; null for no codeset's.</summary>
    /// <param name="name">As <see cref="NameOf"/> gives it, or <c>rfb</c>, the old name of <c>qnum</c>.</param>
    public static KeycodeSet? Find(string name) => name == "rfb" ? KeycodeSet.Qnum : Enum.GetValues<KeycodeSet>().Where(set => NameOf(set) == name).Select(set => (KeycodeSet?)set).FirstOrDefault();

    /// <summary>The number that hypervisors have for a key (codeset <c>qnum</c>).</summary>
    /// <param name="set">The codeset.</param>
    /// <param name="code">The key's code in it.</param>
    /// <returns>Null when the codeset has no such key.</returns>
    public static uint? ToQnum(KeycodeSet set, uint code) => set == KeycodeSet.Qnum ? code
        : s_codes.GetOrAdd(set, static one => KeyTables.Codes(NameOf(one) ?? "").ToFrozenDictionary(static row => row.Code, static row => row.Key)).TryGetValue(code, out var key) ? key : null;

    /// <summary>A codeset's code of a key that it names.</summary>
    /// <param name="set">The codeset; <c>linux</c>, <c>os_x</c> and <c>win32</c> have names.</param>
    /// <param name="name">The name: <c>KEY_ENTER</c>.</param>
    /// <returns>Null when it has no such name.</returns>
    public static uint? ToCode(KeycodeSet set, string name) =>
        s_names.GetOrAdd(set, static one => KeyTables.Names(NameOf(one) ?? "").ToFrozenDictionary(static row => row.Name, static row => row.Code, StringComparer.Ordinal)).TryGetValue(name, out var code) ? code : null;
}
