using Vireo.Config;
using Vireo.Config.Defaults;

namespace Vireo.Drivers.Bhyve.Defaults;

/// <summary>Serial ports and the console, which is the first of them.</summary>
internal static class PortDefaults
{
    /// <summary>Numbers the ports and makes the first one the console, too.</summary>
    public static void Apply(DeviceDraft draft)
    {
        if (draft.Serials.Count == 0 && draft.Consoles is [{ Target: null or { Type: null or CharTargetType.Serial } } console, ..])
            draft.Serials.Add(console with { Target = new CharTarget { Port = 0 } });
        PortNumbers.Assign(draft.Serials);
        if (draft.Serials is not [var first, ..])
            return;
        var shown = first with { Target = new CharTarget { Type = CharTargetType.Serial, Port = first.Target!.Port } };
        if (draft.Consoles.Count > 0)
            draft.Consoles[0] = shown;
        else
            draft.Consoles.Add(shown);
    }
}
