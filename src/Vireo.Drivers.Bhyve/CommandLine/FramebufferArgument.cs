using System.Globalization;
using System.Text;
using Vireo.Config;

namespace Vireo.Drivers.Bhyve.CommandLine;

/// <summary>The display: a framebuffer that UEFI sets up, and VNC that shows it.</summary>
internal static class FramebufferArgument
{
    private const int FirstPort = 5900;

    /// <summary>The option's value; null for a guest without a display or without a graphics card.</summary>
    public static string? Of(DomainConfig domain, BhyveHost host)
    {
        var (displays, cards) = (domain.Devices.Graphics, domain.Devices.Videos);
        if (displays.IsEmpty || cards.IsEmpty)
            return null;
        if (displays is not [var display] || cards is not [var card])
            throw BhyveErrors.Unsupported("Multiple graphics devices are not supported");
        if (!host.Features.HasFlag(BhyveFeatures.BootRom) || domain is not { Bootloader: null, Os.Loader: not null })
            throw BhyveErrors.Unsupported("Graphics are only supported when booting using UEFI");
        BhyveCommand.Require(host.Features, BhyveFeatures.Framebuffer, "Bhyve version does not support framebuffer");
        if (display.Type != GraphicsType.Vnc)
            throw BhyveErrors.Unsupported("Only VNC supported");
        return $"{PciPlace.Of(card)},fbuf,tcp={Place(display, host)}{Password(display, host.Features)}{Look(card)}";
    }

    private static string Place(GraphicsConfig display, BhyveHost host)
    {
        if (display.Listens is not [{ Type: GraphicsListenType.Address or GraphicsListenType.Network } listen, ..])
            throw display.Listens.IsEmpty ? VireoException.Internal(ErrorDomain.Bhyve, "Missing listen element") : BhyveErrors.Unsupported("Unsupported listen type");
        if (display is { Autoport: not true, Port: not (>= FirstPort and <= ushort.MaxValue) })
            throw BhyveErrors.Unsupported("vnc port must be in range [5900,65535]");
        var address = ArgumentList.Part(listen.Address ?? "");
        var port = display.Autoport == true ? host.Port(display) : display.Port!.Value;
        return string.Create(CultureInfo.InvariantCulture, $"{(address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address)}:{port}");
    }

    private static string Password(GraphicsConfig display, BhyveFeatures features)
    {
        if (display.Passwd is not { } password)
            return "";
        BhyveCommand.Require(features, BhyveFeatures.VncPassword, "VNC Password authentication not supported by bhyve");
        return password.Contains(',', StringComparison.Ordinal) ? throw BhyveErrors.Unsupported("Password may not contain ',' character") : ",password=" + password;
    }

    private static string Look(VideoConfig card)
    {
        var look = new StringBuilder();
        if (card.Model?.Resolution is { } size)
            look.Append(CultureInfo.InvariantCulture, $",w={size.X},h={size.Y}");
        if (card.Driver?.Vgaconf is { } vga)
            look.Append(",vga=").Append(vga.ToXmlName());
        return look.ToString();
    }
}
