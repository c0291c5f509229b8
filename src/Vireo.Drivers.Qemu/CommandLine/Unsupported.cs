using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Tells what cannot be done, by the name of the element that asks for it.</summary>
internal static class Unsupported
{
    /// <summary>VIR_ERR_CONFIG_UNSUPPORTED for an element.</summary>
    /// <param name="element">The element, as in the document: <c>&lt;hostdev&gt;</c>.</param>
    /// <param name="why">What is not supported, and the way on.</param>
    public static VireoException Element(string element, string why = "is not supported") =>
        VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"{element} {why}");

    /// <summary>Refuses an element that is there.</summary>
    public static void When(bool there, string element, string why = "is not supported yet; remove it to start the domain")
    {
        if (there)
        {
            throw Element(element, why);
        }
    }

    /// <summary>Refuses a list that is not empty.</summary>
    public static void WhenAny<T>(ConfigList<T> list, string element) => When(!list.IsEmpty, element);
}
