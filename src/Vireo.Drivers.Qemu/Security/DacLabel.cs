using System.Globalization;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Security;

/// <summary>A label of the model <c>dac</c>: a user and a group of the host.</summary>
/// <param name="User">The user's number.</param>
/// <param name="Group">The group's number.</param>
internal readonly record struct DacLabel(uint User, uint Group)
{
    /// <summary>The model's name.</summary>
    public const string Model = "dac";

    /// <summary>Reads <c>user:group</c>: names, numbers, or numbers behind a plus sign.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: it is no such label, or the host has no such user or group.</exception>
    public static DacLabel Parse(string text)
    {
        var parts = text.Split(':');
        return parts is [var user, var group] && HostAccount.FindUser(user) is { } uid && HostAccount.FindGroup(group) is { } gid
            ? new(uid, gid)
            : throw VireoException.InvalidArgument(ErrorDomain.Security, $"Failed to parse uid and gid '{text}'");
    }

    /// <summary>In numbers, as libvirt writes it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"+{User}:+{Group}");
}
