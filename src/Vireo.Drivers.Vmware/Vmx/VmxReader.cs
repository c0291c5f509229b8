using Vireo.Config.Native;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>Reads a VMX file: lines of <c>key = "value"</c> and comments, in the form that libvirt's reader of such files takes.</summary>
internal static class VmxReader
{
    /// <summary>The longest file that is read, in characters.</summary>
    public const int MostCharacters = ConfReader.MostCharacters;

    /// <summary>Reads a file's text.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONF_SYNTAX with the line.</exception>
    public static VmxFile Read(ReadOnlySpan<char> text)
    {
        var file = new VmxFile();
        foreach (var (key, value) in ConfReader.Read(text, ConfForm.Vmx))
            file.Add(key, value);
        return file;
    }
}
