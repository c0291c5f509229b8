namespace Vireo;

/// <summary>
/// Every failure that Vireo reports: libvirt's error code and domain, the message in libvirt's form, and the parts clients match on.
/// Answers to <c>virError</c>.
/// </summary>
public sealed class VireoException : Exception
{
    /// <summary>Makes an error whose message is the code's standard form filled in with <paramref name="detail"/>.</summary>
    /// <param name="code">What went wrong.</param>
    /// <param name="domain">Which part of the system says so.</param>
    /// <param name="detail">The object, the reason and the way on; null for the bare form.</param>
    /// <param name="inner">What caused it.</param>
    public VireoException(ErrorCode code, ErrorDomain domain, string? detail, Exception? inner = null)
        : base(ErrorForms.Message(code, detail), inner)
    {
        Code = code;
        Domain = domain;
        Text1 = ErrorForms.Form(code, detail is not null);
        Text2 = detail;
    }

    private VireoException(ErrorCode code, ErrorDomain domain, string message, string? text1, string? text2, Exception? inner)
        : base(message, inner)
    {
        Code = code;
        Domain = domain;
        Text1 = text1;
        Text2 = text2;
    }

    /// <summary>What went wrong.</summary>
    public ErrorCode Code { get; }

    /// <summary>Which part of the system reported it.</summary>
    public ErrorDomain Domain { get; }

    /// <summary>How grave it is; an error unless said otherwise.</summary>
    public ErrorSeverity Severity { get; init; } = ErrorSeverity.Error;

    /// <summary>The message's form (<c>str1</c> of virError).</summary>
    public string? Text1 { get; init; }

    /// <summary>The detail filled into the form (<c>str2</c> of virError).</summary>
    public string? Text2 { get; init; }

    /// <summary>Extra text (<c>str3</c> of virError).</summary>
    public string? Text3 { get; init; }

    /// <summary>Extra number (<c>int1</c> of virError); the errno of a system error; -1 when unused.</summary>
    public int Number1 { get; init; } = -1;

    /// <summary>Extra number (<c>int2</c> of virError); -1 when unused.</summary>
    public int Number2 { get; init; } = -1;

    /// <summary>VIR_ERR_NO_SUPPORT: the driver has no such function.</summary>
    /// <param name="function">The C API's name of the function, for instance <c>virDomainPinVcpu</c>.</param>
    /// <param name="domain">The driver that was asked.</param>
    public static VireoException NotSupported(string function, ErrorDomain domain = ErrorDomain.None) => new(ErrorCode.NoSupport, domain, function);

    /// <summary>VIR_ERR_INVALID_ARG.</summary>
    public static VireoException InvalidArgument(ErrorDomain domain, string detail) => new(ErrorCode.InvalidArg, domain, detail);

    /// <summary>VIR_ERR_OPERATION_INVALID: the object's state does not allow it.</summary>
    public static VireoException OperationInvalid(ErrorDomain domain, string detail) => new(ErrorCode.OperationInvalid, domain, detail);

    /// <summary>VIR_ERR_OPERATION_FAILED.</summary>
    public static VireoException OperationFailed(ErrorDomain domain, string detail, Exception? inner = null) => new(ErrorCode.OperationFailed, domain, detail, inner);

    /// <summary>VIR_ERR_CONFIG_UNSUPPORTED: the document asks for what cannot be had.</summary>
    public static VireoException ConfigUnsupported(ErrorDomain domain, string detail) => new(ErrorCode.ConfigUnsupported, domain, detail);

    /// <summary>VIR_ERR_INTERNAL_ERROR.</summary>
    public static VireoException Internal(ErrorDomain domain, string detail, Exception? inner = null) => new(ErrorCode.InternalError, domain, detail, inner);

    /// <summary>VIR_ERR_XML_ERROR: the document says what it must not, or not what it must.</summary>
    public static VireoException InvalidXml(ErrorDomain domain, string detail) => new(ErrorCode.XmlError, domain, detail);

    /// <summary>VIR_ERR_XML_DETAIL: the same, told without the usual words in front.</summary>
    internal static VireoException XmlDetail(ErrorDomain domain, string detail) => new(ErrorCode.XmlDetail, domain, detail);

    /// <summary>VIR_ERR_SYSTEM_ERROR with the errno; <paramref name="text"/> is "what failed: strerror".</summary>
    public static VireoException System(ErrorDomain domain, int errno, string text, Exception? inner = null) =>
        new(ErrorCode.SystemError, domain, text, "%s", text, inner) { Number1 = errno };

    /// <summary>An error received from elsewhere, taken over field by field.</summary>
    public static VireoException Received(ErrorCode code, ErrorDomain domain, ErrorSeverity severity, string message, string? text1, string? text2, string? text3, int number1, int number2, Exception? inner = null) =>
        new(code, domain, message, text1, text2, inner) { Severity = severity, Text3 = text3, Number1 = number1, Number2 = number2 };

    /// <summary>Refuses flags outside <paramref name="known"/> with VIR_ERR_INVALID_ARG, as libvirt does.</summary>
    /// <param name="flags">The flags received.</param>
    /// <param name="known">All that the function takes.</param>
    /// <param name="domain">The driver that checks.</param>
    /// <param name="function">The function's name, for the message.</param>
    public static void CheckFlags(uint flags, uint known, ErrorDomain domain, string function)
    {
        if ((flags & ~known) is not 0 and var unknown)
        {
            throw BadArgument(domain, function, "flags", $"unsupported flags (0x{unknown:x}) in function {function}");
        }
    }

    /// <summary>VIR_ERR_INVALID_ARG as libvirt tells of one argument of a function: beside the message, which has no general form.</summary>
    /// <param name="domain">Who refuses.</param>
    /// <param name="function">The function's name.</param>
    /// <param name="argument">The argument's name.</param>
    /// <param name="message">What is wrong with it.</param>
    public static VireoException BadArgument(ErrorDomain domain, string function, string argument, string message) =>
        Received(ErrorCode.InvalidArg, domain, ErrorSeverity.Error, message, function, argument, null, -1, -1);

    /// <summary>VIR_ERR_INVALID_ARG for flags that do not go together; libvirt tells of them without the code's usual words in front.</summary>
    /// <param name="domain">Who refuses.</param>
    /// <param name="message">Which flags, and why.</param>
    public static VireoException ConflictingFlags(ErrorDomain domain, string message) =>
        Received(ErrorCode.InvalidArg, domain, ErrorSeverity.Error, message, message, null, null, -1, -1);
}

/// <summary>How grave an error is (<c>virErrorLevel</c>).</summary>
public enum ErrorSeverity
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>A warning.</summary>
    Warning = 1,

    /// <summary>An error.</summary>
    Error = 2,
}
