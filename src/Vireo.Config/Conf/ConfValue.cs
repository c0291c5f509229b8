namespace Vireo.Config.Conf;

/// <summary>The value of an entry of a configuration file: a text, a number or a list of values.</summary>
public abstract record ConfValue
{
    /// <summary>A text.</summary>
    public static implicit operator ConfValue(string text) => new ConfText(text);

    /// <summary>A number.</summary>
    public static implicit operator ConfValue(long number) => new ConfNumber(number);
}

/// <summary>A text.</summary>
/// <param name="Text">The text without its quotes.</param>
public sealed record ConfText(string Text) : ConfValue;

/// <summary>A number.</summary>
/// <param name="Number">The number.</param>
public sealed record ConfNumber(long Number) : ConfValue;

/// <summary>A list, of lists perhaps.</summary>
/// <param name="Items">What is in it.</param>
public sealed record ConfItems(ConfigList<ConfValue> Items) : ConfValue;
