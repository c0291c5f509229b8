using System.Text;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>QEMU's arguments while they are put together.</summary>
/// <param name="overrides">Properties of devices that the document sets by QEMU's own names; null for none.</param>
internal sealed class ArgumentList(QemuOverride? overrides = null)
{
    private readonly List<string> _arguments = [];

    /// <summary>All so far.</summary>
    public IReadOnlyList<string> Arguments => _arguments;

    /// <summary>Adds an option without a value.</summary>
    public void Add(string option) => Append(option);

    /// <summary>Adds an option and its value.</summary>
    public void Add(string option, string value)
    {
        Append(option);
        Append(value);
    }

    /// <summary>Adds an option in JSON syntax.</summary>
    public void Add(string option, OptionJson value) => Add(option, value.Build());

    /// <summary>Adds a device, with the properties that the document overrides, and before it what it needs.</summary>
    public void Device(OptionJson device)
    {
        if (device.Needed is { } first)
        {
            Device(first);
        }

        Add("-device", overrides is null ? device.Build() : PropertyOverrides.Apply(device.Build(), overrides));
    }

    /// <summary>A text as one value of QEMU's comma-separated syntax: commas are doubled, so it cannot begin another option.</summary>
    public static string Escape(string value) => value.Replace(",", ",,", StringComparison.Ordinal);

    private void Append(string argument)
    {
        // An argument ends at NUL, so a text that holds one would say something else than what was checked.
        if (argument.Contains('\0', StringComparison.Ordinal))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"a value with a NUL character cannot be passed to QEMU: '{argument.Replace("\0", "\\0", StringComparison.Ordinal)}'");
        }

        _arguments.Add(argument);
    }
}

/// <summary>Builds a value of QEMU's comma-separated syntax.</summary>
internal sealed class OptionList
{
    private readonly StringBuilder _text = new();

    /// <summary>Begins with a bare value.</summary>
    public OptionList(string first) => _text.Append(ArgumentList.Escape(first));

    /// <summary>Begins empty.</summary>
    public OptionList()
    {
    }

    /// <summary>Adds <c>name=value</c>; nothing when the value is null.</summary>
    public OptionList With(string name, string? value)
    {
        if (value is not null)
        {
            Comma().Append(name).Append('=').Append(ArgumentList.Escape(value));
        }

        return this;
    }

    /// <summary>Adds <c>name=on</c> or <c>name=off</c>; nothing when the value is null.</summary>
    public OptionList With(string name, bool? value) => With(name, value switch { true => "on", false => "off", null => null });

    /// <summary>Adds a bare value.</summary>
    public OptionList Bare(string value)
    {
        Comma().Append(ArgumentList.Escape(value));
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private StringBuilder Comma() => _text.Length > 0 ? _text.Append(',') : _text;
}
