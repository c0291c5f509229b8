using Vireo.Config;
using Vireo.Drivers.Bhyve.CommandLine;

namespace Vireo.Drivers.Bhyve.Native;

/// <summary>Reads the commands that run a guest into a definition.</summary>
internal static class NativeCommands
{
    /// <summary>Reads one command for bhyve, and perhaps one that loads the guest before it.</summary>
    public static DomainConfig Read(string text)
    {
        List<string>? bhyve = null, loader = null;
        foreach (var words in CommandWords.Read(text))
        {
            ref var command = ref words[0] == BhyveCommand.Program ? ref bhyve : ref loader;
            command = command is null ? words : throw NativeErrors.NoCommands($"a second command '{words[0]}'");
        }

        var domain = NativeGuest.Read(bhyve ?? throw NativeErrors.NoCommands($"no command '{BhyveCommand.Program}'"));
        return loader is null ? domain : NativeLoader.Read(loader, domain);
    }
}
