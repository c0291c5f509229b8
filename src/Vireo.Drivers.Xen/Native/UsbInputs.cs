using Vireo.Config;
using Vireo.Config.Conf;

namespace Vireo.Drivers.Xen.Native;

/// <summary>Mice, tablets and keyboards on USB, which fully virtualized guests have.</summary>
internal static class UsbInputs
{
    private const string Key = "usbdevice";

    /// <summary>A file's devices; what is none of these is left out.</summary>
    public static ConfigList<InputConfig> Parse(XenFile file, XenFormat format) =>
        Names(file, format).Select(Type).OfType<InputType>().Select(type => new InputConfig { Type = type, Bus = InputBus.Usb }).ToConfigList();

    /// <summary>Writes the devices; <c>xm</c> has one.</summary>
    public static void Format(XenText text, ConfigList<InputConfig> inputs, XenFormat format)
    {
        var names = inputs.Where(input => Type(input.Type?.ToXmlName() ?? "") is not null && BusOf(input) == InputBus.Usb).Select(input => input.Type!.Value.ToXmlName()).ToList();
        if (names.Count == 0)
            return;
        text.Add("usb", true);
        if (names.Count == 1 || format == XenFormat.Xm)
            text.Add(Key, names[0]);
        else
            text.AddIfAny(Key, names);
    }

    /// <summary>The bus of a device that does not tell it: there are tablets on USB alone.</summary>
    private static InputBus BusOf(InputConfig input) => input.Bus ?? (input.Type == InputType.Tablet ? InputBus.Usb : InputBus.Ps2);

    private static IReadOnlyList<string> Names(XenFile file, XenFormat format) => file.Value(Key) switch
    {
        null => [],
        ConfText text => [text.Text],
        ConfItems when format == XenFormat.Xl => file.Texts(Key)!,
        _ when format == XenFormat.Xl => throw VireoException.Internal(ErrorDomain.Xenxl, $"config value {Key} was malformed"),
        _ => [file.Required(Key)],
    };

    private static InputType? Type(string name) => name switch
    {
        "mouse" => InputType.Mouse,
        "tablet" => InputType.Tablet,
        "keyboard" => InputType.Keyboard,
        _ => null,
    };
}
